/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in plugin-list.h. */

#include "lib.h"
#include "plugin-list.h"
#include "array.h"
#include "strfuncs.h"
#include "doveconf-block.h"

#define SETTING "mail_plugins"

static void
name_set(ARRAY_TYPE(const_string) *names, const char *name, bool enabled)
{
	const char *const *other;

	array_foreach(names, other) {
		if (strcmp(*other, name) == 0) {
			array_delete(names, array_foreach_idx(names, other), 1);
			break;
		}
	}
	if (enabled)
		array_push_back(names, &name);
}

static void names_add(ARRAY_TYPE(const_string) *names, const char *text)
{
	const char *const *words;

	for (words = t_strsplit_spaces(text, " ,\t"); *words != NULL; words++)
		name_set(names, *words, /*enabled=*/TRUE);
}

/* Adds what is said in mail_plugins { name = yes }. */
static void
block_add(ARRAY_TYPE(const_string) *names,
	  const struct coexist_doveconf_block *block)
{
	const struct coexist_doveconf_setting *setting = block->settings;

	for (; setting != NULL; setting = setting->next) {
		name_set(names, setting->name, strcmp(coexist_doveconf_get(
			block, setting->name, "no"), "yes") == 0);
	}
}

/* Adds what is said for all, or for a protocol. */
static void
said_add(ARRAY_TYPE(const_string) *names,
	 const struct coexist_doveconf_block *conf)
{
	const char *text = coexist_doveconf_get(conf, SETTING, NULL);
	const struct coexist_doveconf_block *block;

	if (text != NULL) {
		array_clear(names);
		/* doveconf quotes what begins with a blank */
		names_add(names, t_str_trim(text, "\""));
	}
	COEXIST_DOVECONF_FOREACH(block, conf, SETTING)
		block_add(names, block);
}

bool coexist_plugin_list_is_for(const struct coexist_doveconf_block *block,
				const char *protocol)
{
	return *block->name == '!' ? strcmp(block->name + 1, protocol) != 0 :
		strcmp(block->name, protocol) == 0;
}

const char *const *
coexist_plugin_list_get(const struct coexist_doveconf_block *conf,
			const char *protocol)
{
	const struct coexist_doveconf_block *block;
	ARRAY_TYPE(const_string) names;

	t_array_init(&names, 16);
	said_add(&names, conf);
	COEXIST_DOVECONF_FOREACH(block, conf, "protocol") {
		if (coexist_plugin_list_is_for(block, protocol))
			said_add(&names, block);
	}
	array_append_zero(&names);
	return array_front(&names);
}
