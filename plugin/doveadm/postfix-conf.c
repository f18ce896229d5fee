/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in postfix-conf.h. */

#include "lib.h"
#include "postfix-conf.h"

#include <glib.h>

/* Returns what the program prints, or NULL if it fails or is not there. */
static const char *ask(const char *const *argv)
{
	const char *const environment[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin", NULL
	};
	g_autofree char *output = NULL;
	g_autofree char *errors = NULL;
	int status;

	if (!g_spawn_sync(NULL, (char **)argv, (char **)environment,
			  G_SPAWN_SEARCH_PATH_FROM_ENVP, NULL, NULL, &output,
			  &errors, &status, NULL) || status != 0)
		return NULL;
	return t_strdup(g_strstrip(output));
}

const char *coexist_postfix_get(const char *name)
{
	const char *const argv[] = { "postconf", "-x", "-h", name, NULL };

	return ask(argv);
}

const char *const *coexist_postfix_services(const char *name)
{
	const char *const argv[] = {
		"postconf", "-P", t_strconcat("*/*/", name, NULL), NULL
	};
	const char *output = ask(argv);

	return t_strsplit(output == NULL ? "" : output, "\n");
}

const char *const *coexist_postfix_words(const char *list)
{
	return t_strsplit_spaces(list, ", \t\n");
}

const char *
coexist_postfix_look_up(const char *const *tables, const char *key)
{
	const char *argv[] = { "postmap", "-q", key, NULL, NULL };
	const char *value = NULL;

	for (; *tables != NULL && value == NULL; tables++) {
		if (strchr(*tables, ':') == NULL)
			continue;
		argv[3] = *tables;
		value = ask(argv);
	}
	return value;
}
