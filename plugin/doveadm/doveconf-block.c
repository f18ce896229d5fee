/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in doveconf-block.h. */

#include "lib.h"
#include "doveconf-block.h"

#include <glib.h>

static struct coexist_doveconf_block *
block_add(pool_t pool, struct coexist_doveconf_block *parent, const char *head)
{
	struct coexist_doveconf_block *block, **last;
	const char *space = strchr(head, ' ');

	block = p_new(pool, struct coexist_doveconf_block, 1);
	block->type = p_strdup_until(pool, head, space == NULL ?
				     head + strlen(head) : space);
	block->name = p_strdup(pool, space == NULL ? "" : space + 1);
	block->parent = parent;
	for (last = &parent->children; *last != NULL; last = &(*last)->next) ;
	*last = block;
	return block;
}

static void
setting_add(pool_t pool, struct coexist_doveconf_block *block,
	    const char *name, const char *value)
{
	struct coexist_doveconf_setting *setting;

	setting = p_new(pool, struct coexist_doveconf_setting, 1);
	setting->name = p_strdup(pool, name);
	setting->value = p_strdup(pool, value);
	setting->next = block->settings;
	block->settings = setting;
}

/* Returns the block that the next line belongs to. */
static struct coexist_doveconf_block *
line_read(pool_t pool, struct coexist_doveconf_block *block, char *line)
{
	char *value;

	line = g_strstrip(line);
	if (*line == '#' || *line == '\0')
		return block;
	if (strcmp(line, "}") == 0)
		return block->parent != NULL ? block->parent : block;
	if (g_str_has_suffix(line, "{")) {
		line[strlen(line) - 1] = '\0';
		return block_add(pool, block, g_strstrip(line));
	}
	value = strchr(line, '=');
	if (value != NULL) {
		*value++ = '\0';
		setting_add(pool, block, g_strstrip(line), g_strstrip(value));
	}
	return block;
}

struct coexist_doveconf_block *
coexist_doveconf_parse(pool_t pool, const char *output)
{
	g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
	struct coexist_doveconf_block *root, *block;
	unsigned int i;

	root = block = p_new(pool, struct coexist_doveconf_block, 1);
	root->type = root->name = "";
	for (i = 0; lines[i] != NULL; i++)
		block = line_read(pool, block, lines[i]);
	return root;
}

const char *
coexist_doveconf_get(const struct coexist_doveconf_block *block,
		     const char *name, const char *default_value)
{
	const struct coexist_doveconf_setting *setting = block->settings;

	for (; setting != NULL; setting = setting->next) {
		if (strcmp(setting->name, name) == 0)
			return setting->value;
	}
	return default_value;
}

const struct coexist_doveconf_block *
coexist_doveconf_find(const struct coexist_doveconf_block *block,
		      const char *type)
{
	while (block != NULL && strcmp(block->type, type) != 0)
		block = block->next;
	return block;
}
