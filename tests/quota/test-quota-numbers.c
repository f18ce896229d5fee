/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How full a usage is, and what levels are called. */

#include <glib.h>

#include "quota-fullness.h"
#include "quota-level-name.h"
#include "quota-levels.h"

static void test_percent(void)
{
	static const struct {
		uint64_t used, limit, percent;
	} percents[] = {
		{ 0, 0, 0 }, { 5, 0, 0 }, { 0, 10, 0 }, { 99, 1000, 9 },
		{ 999, 1000, 99 }, { 1000, 1000, 100 }, { 1011, 1000, 101 },
		{ UINT64_MAX, UINT64_MAX, 100 },
		{ UINT64_MAX / 2, UINT64_MAX, 50 },
		{ UINT64_MAX, 1, UINT64_MAX }
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(percents); i++) {
		const struct coexist_quota_usage usage = {
			COEXIST_QUOTA_STORAGE,
			percents[i].used, percents[i].limit
		};
		g_assert_cmpuint(coexist_quota_percent(&usage), ==,
				 percents[i].percent);
	}
}

static void test_level_names(void)
{
	static const char *const good[] = { "none", "1%", "100%", "free:1",
		"free:9223372036854775807" };
	static const char *const bad[] = { "", "0%", "101%", "free:", "free:x",
		"free:0", "free:9223372036854775808", "None", "80 90", "%" };
	char name[COEXIST_QUOTA_LEVEL_MAX_LENGTH];
	struct coexist_quota_level level;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(good); i++) {
		g_assert_true(coexist_quota_level_parse(good[i], &level));
		g_assert_cmpstr(coexist_quota_level_name(&level, name), ==,
				good[i]);
	}
	for (i = 0; i < G_N_ELEMENTS(bad); i++) {
		level.number = 4711;
		g_assert_false(coexist_quota_level_parse(bad[i], &level));
		g_assert_cmpuint(level.number, ==, 4711);
	}
}

static void test_fullest(void)
{
	static const struct coexist_quota_usage usages[] = {
		{ COEXIST_QUOTA_STORAGE, 1000, 0 },
		{ COEXIST_QUOTA_STORAGE, 80, 100 },
		{ COEXIST_QUOTA_MESSAGES, 9, 10 },
		{ COEXIST_QUOTA_STORAGE, 900, 1000 }
	};

	g_assert_null(coexist_quota_fullest(NULL, 0));
	/* without a limit nothing is full */
	g_assert_null(coexist_quota_fullest(usages, 1));
	g_assert_true(coexist_quota_fullest(usages, 2) == &usages[1]);
	/* of equals the first */
	g_assert_true(coexist_quota_fullest(usages, 4) == &usages[2]);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/quota/percent", test_percent);
	g_test_add_func("/quota/fullest", test_fullest);
	g_test_add_func("/quota/level names", test_level_names);
	return g_test_run();
}
