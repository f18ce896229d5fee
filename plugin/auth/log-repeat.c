/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in log-repeat.h. */

#include "lib.h"
#include "log-repeat.h"
#include "ioloop.h"
#include "lib-event.h"

#include <glib.h>

#define REPEAT_SECS 60
/* More lines than these are forgotten all at once. */
#define MAX_LINES 1000

struct coexist_log_repeat {
	/* line -> time when it was logged */
	GHashTable *logged;
};

struct coexist_log_repeat *coexist_log_repeat_new(void)
{
	struct coexist_log_repeat *log = i_new(struct coexist_log_repeat, 1);

	log->logged = g_hash_table_new_full(g_str_hash, g_str_equal,
					    g_free, NULL);
	return log;
}

void coexist_log_repeat_free(struct coexist_log_repeat *log)
{
	if (log == NULL)
		return;
	g_hash_table_unref(log->logged);
	i_free(log);
}

bool coexist_log_repeat_may(struct coexist_log_repeat *log, const char *line)
{
	gpointer found = g_hash_table_lookup(log->logged, line);
	time_t last = (time_t)GPOINTER_TO_SIZE(found);

	if (found != NULL && ioloop_time >= last &&
	    ioloop_time - last < REPEAT_SECS)
		return FALSE;
	if (g_hash_table_size(log->logged) >= MAX_LINES)
		g_hash_table_remove_all(log->logged);
	g_hash_table_replace(log->logged, g_strdup(line),
			     GSIZE_TO_POINTER((gsize)ioloop_time));
	return TRUE;
}

void coexist_log_repeat_info(struct coexist_log_repeat *log,
			     struct event *event, const char *line)
{
	if (coexist_log_repeat_may(log, line))
		e_info(event, "%s", line);
}
