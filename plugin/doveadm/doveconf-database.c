/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in doveconf-database.h. */

#include "lib.h"
#include "doveconf-database.h"

#include <glib.h>

const char *
coexist_doveconf_driver(const struct coexist_doveconf_block *db)
{
	return coexist_doveconf_get(db, "driver", db->name);
}

const char *
coexist_doveconf_label(const struct coexist_doveconf_block *db)
{
	return t_strdup_printf("%s %s", db->type, *db->name != '\0' ?
			       db->name : coexist_doveconf_driver(db));
}

/* Returns TRUE if the setting of a file is for this kind of database. The file may
   be that of both kinds. */
static bool
is_for(const struct coexist_doveconf_block *db, const char *name)
{
	bool is_passdb = strcmp(db->type, "passdb") == 0;

	return g_str_has_prefix(name, is_passdb ? "pass" : "user");
}

static void
block_texts(const struct coexist_doveconf_block *db,
	    const struct coexist_doveconf_block *block,
	    coexist_doveconf_text_t *callback, void *context)
{
	const struct coexist_doveconf_setting *setting = block->settings;
	const struct coexist_doveconf_block *child = block->children;

	for (; setting != NULL; setting = setting->next)
		callback(db, setting->name, setting->value, context);
	for (; child != NULL; child = child->next)
		block_texts(db, child, callback, context);
}

static void
file_texts(const struct coexist_doveconf_block *db, const char *text,
	   coexist_doveconf_text_t *callback, void *context)
{
	/* a line goes on behind a backslash */
	g_autoptr(GRegex) joint = g_regex_new("\\\\[ \t]*\n", 0, 0, NULL);
	g_autofree char *lines =
		g_regex_replace_literal(joint, text, -1, 0, " ", 0, NULL);
	const struct coexist_doveconf_setting *setting;
	pool_t pool = pool_alloconly_create("database file", 4096);

	setting = coexist_doveconf_parse(pool, lines == NULL ? "" :
					 lines)->settings;
	for (; setting != NULL; setting = setting->next) {
		if (is_for(db, setting->name))
			callback(db, setting->name, setting->value, context);
	}
	pool_unref(&pool);
}

void coexist_doveconf_texts(const struct coexist_doveconf_block *db,
			    coexist_doveconf_text_t *callback, void *context)
{
	const char *driver = coexist_doveconf_driver(db);
	const char *path = coexist_doveconf_get(db, "args", NULL);
	g_autofree char *text = NULL;

	if (strcmp(driver, "sql") != 0 && strcmp(driver, "ldap") != 0)
		return;
	block_texts(db, db, callback, context);
	if (path != NULL && g_file_get_contents(path, &text, NULL, NULL))
		file_texts(db, text, callback, context);
}

bool coexist_doveconf_sets_field(const struct coexist_doveconf_block *db,
				 const char *field)
{
	static const char *const settings[] = {
		"args", "default_fields", "override_fields"
	};
	const struct coexist_doveconf_block *fields =
		coexist_doveconf_find(db->children, "fields");
	const char *const *words;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(settings); i++) {
		words = t_strsplit_spaces(
			coexist_doveconf_get(db, settings[i], ""), " ");
		for (; *words != NULL; words++) {
			if (strcmp(t_strcut(*words, '='), field) == 0)
				return TRUE;
		}
	}
	return fields != NULL &&
		coexist_doveconf_get(fields, field, NULL) != NULL;
}
