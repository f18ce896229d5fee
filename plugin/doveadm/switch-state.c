/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in switch-state.h. */

#include "lib.h"
#include "switch-state.h"

#include <glib.h>
#include <unistd.h>

/* Returns TRUE if there is something else than comments in the file. */
static bool has_settings(const char *path)
{
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) &&
		g_regex_match_simple("^[ \\t]*[^# \\t\\r\\n]", text,
				     G_REGEX_MULTILINE, 0);
}

static bool exists(const char *path, const char *suffix)
{
	return access(t_strconcat(path, suffix, NULL), F_OK) == 0;
}

enum coexist_switch_state coexist_switch_state_get(const char *folder)
{
	const char *path = t_strconcat(folder, "/dovecot-coexist", NULL);

	if (!has_settings(t_strconcat(path, ".conf", NULL)))
		return COEXIST_SWITCH_UNUSED;
	if (exists(path, ".off"))
		return COEXIST_SWITCH_OFF;
	return exists(path, ".on") ? COEXIST_SWITCH_ON : COEXIST_SWITCH_NOT_ON;
}
