/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of log-repeat.h: how soon the same line may be logged again. */

#include "lib.h"
#include "log-repeat.h"
#include "ioloop.h"

#include <glib.h>

static void test_rows(void)
{
	static const struct {
		const char *name;
		time_t now;
		const char *line;
		bool may;
	} rows[] = {
		{ "the first", 1000, "a", TRUE },
		{ "at once again", 1000, "a", FALSE },
		{ "another line", 1000, "b", TRUE },
		{ "just within the minute", 1059, "a", FALSE },
		{ "after it", 1060, "a", TRUE },
		{ "counted from then", 1119, "a", FALSE },
		{ "the clock was put back", 500, "a", TRUE },
		{ "which is not said again either", 559, "a", FALSE },
		{ "an empty line", 559, "", TRUE },
		{ "an empty line again", 560, "", FALSE },
	};
	struct coexist_log_repeat *log = coexist_log_repeat_new();
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].name);
		ioloop_time = rows[i].now;
		g_assert_cmpint(coexist_log_repeat_may(log, rows[i].line), ==,
				rows[i].may);
	}
	coexist_log_repeat_free(log);
}

/* Names that somebody makes up take no more memory than that. */
static void test_as_many_as_there_may_be(void)
{
	struct coexist_log_repeat *log = coexist_log_repeat_new();
	unsigned int i;

	ioloop_time = 1000;
	for (i = 0; i < 1000; i++) {
		g_autofree char *line = g_strdup_printf("%u", i);

		g_assert_true(coexist_log_repeat_may(log, line));
	}
	g_assert_false(coexist_log_repeat_may(log, "0"));
	g_assert_true(coexist_log_repeat_may(log, "one more"));
	g_assert_true(coexist_log_repeat_may(log, "0"));
	coexist_log_repeat_free(log);
}

static void test_none(void)
{
	coexist_log_repeat_free(NULL);
}

int main(int argc, char *argv[])
{
	int ret;

	lib_init();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/log-repeat/rows", test_rows);
	g_test_add_func("/log-repeat/as-many-as-there-may-be",
			test_as_many_as_there_may_be);
	g_test_add_func("/log-repeat/none", test_none);
	ret = g_test_run();
	lib_deinit();
	return ret;
}
