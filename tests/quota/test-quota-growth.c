/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When a mailbox will be full, and when that is not said. */

#include <glib.h>
#include <string.h>

#include "quota-growth.h"

#define DAY (24 * 3600)
#define NOW 1000000000
#define NONE 0

/* How a mailbox of 1000 was used, day by day; and now. */
static const struct row {
	const char *label;
	/* days ago and used, the oldest first, up to days_ago 0 */
	struct {
		double days_ago;
		uint64_t used;
	} samples[16];
	uint64_t used;
	/* 0 for nothing to be said */
	uint64_t days_seen, days_left;
} rows[] = {
#define WEEK { 7, 100 }, { 6, 200 }, { 5, 300 }, { 4, 400 }, { 3, 500 }, \
	{ 2, 600 }, { 1, 700 }
	{ "even growth for a week", { WEEK }, 800, 7, 2 },
	{ "a day less", { { 6.99, 100 }, { 5, 300 }, { 3, 500 }, { 1, 700 } },
	  800, NONE, NONE },
	{ "four samples", { { 8, 0 }, { 6, 200 }, { 4, 400 }, { 2, 600 } },
	  800, 8, 2 },
	{ "three samples", { { 8, 0 }, { 6, 200 }, { 4, 400 } },
	  800, NONE, NONE },
	{ "no samples", { { 0, 0 } }, 800, NONE, NONE },
	{ "one day is left", { WEEK }, 950, 7, 1 },
	{ "as good as full", { WEEK }, 999, 7, 1 },
	{ "full", { WEEK }, 1000, NONE, NONE },
	{ "fuller", { WEEK }, 1100, NONE, NONE },
	{ "days are rounded up", { { 10, 0 }, { 8, 200 }, { 5, 500 },
	  { 3, 700 } }, 890, 10, 2 },
	{ "90 days", { { 10, 800 }, { 8, 804 }, { 5, 810 }, { 3, 814 } },
	  820, 10, 90 },
	{ "91 days", { { 10, 800 }, { 8, 804 }, { 5, 810 }, { 3, 814 } },
	  819, NONE, NONE },
	{ "60 days", { { 60, 200 }, { 40, 400 }, { 20, 600 }, { 10, 700 } },
	  800, 60, 20 },
	{ "more than 60 days", { { 60.1, 200 }, { 40, 400 }, { 20, 600 },
	  { 10, 700 } }, 800, NONE, NONE },

	{ "no growth", { { 8, 800 }, { 6, 800 }, { 4, 800 }, { 2, 800 } },
	  800, NONE, NONE },
	{ "less than before", { { 8, 900 }, { 6, 850 }, { 4, 800 },
	  { 2, 750 } }, 700, NONE, NONE },
	{ "one large message lately", { { 8, 100 }, { 6, 100 }, { 4, 100 },
	  { 2, 100 } }, 800, NONE, NONE },
	{ "one large message once", { { 8, 100 }, { 6, 100 }, { 4, 800 },
	  { 2, 800 } }, 800, NONE, NONE },
	{ "cleaned in between", { { 8, 100 }, { 6, 600 }, { 4, 100 },
	  { 2, 600 } }, 800, NONE, NONE },
	{ "a little cleaned", { { 8, 100 }, { 6, 300 }, { 4, 250 },
	  { 2, 500 } }, 800, NONE, NONE },
	{ "a quarter below even growth", { { 8, 0 }, { 6, 200 }, { 4, 200 },
	  { 2, 600 } }, 800, 8, 2 },
	{ "more than that", { { 8, 0 }, { 6, 200 }, { 4, 199 }, { 2, 600 } },
	  800, NONE, NONE },
	{ "a quarter above even growth", { { 8, 0 }, { 6, 200 }, { 4, 600 },
	  { 2, 600 } }, 800, 8, 2 },
	{ "more than that above", { { 8, 0 }, { 6, 200 }, { 4, 601 },
	  { 2, 600 } }, 800, NONE, NONE },
	{ "a gap", { { 20, 100 }, { 19, 130 }, { 18, 160 }, { 17, 190 } },
	  800, 20, 6 },
	{ "a sample of the future", { { 8, 0 }, { 6, 200 }, { 4, 400 },
	  { -1, 600 } }, 800, NONE, NONE },
};

static struct coexist_quota_usage storage(uint64_t used, uint64_t limit)
{
	const struct coexist_quota_usage usage = {
		COEXIST_QUOTA_STORAGE, used, limit
	};
	return usage;
}

static void
row_growth(const struct row *row, struct coexist_quota_growth *growth)
{
	size_t i;

	memset(growth, 0, sizeof(*growth));
	growth->limit = 1000;
	for (i = 0; row->samples[i].days_ago != 0; i++) {
		growth->samples[i].time = (uint64_t)
			(NOW - row->samples[i].days_ago * DAY);
		growth->samples[i].used = row->samples[i].used;
	}
	growth->count = i;
}

static void test_row(gconstpointer data)
{
	const struct row *row = data;
	const struct coexist_quota_usage usage = storage(row->used, 1000);
	struct coexist_quota_forecast forecast = { NONE, NONE };
	struct coexist_quota_growth growth;

	row_growth(row, &growth);
	g_assert_true(coexist_quota_growth_foresee(&growth, &usage, NOW,
						   &forecast) ==
		      (row->days_left != NONE));
	g_assert_cmpuint(forecast.days_seen, ==, row->days_seen);
	g_assert_cmpuint(forecast.days_left, ==, row->days_left);
}

/* The same looks, at something else. */
static bool foresee(const struct coexist_quota_usage *usage)
{
	struct coexist_quota_forecast forecast;
	struct coexist_quota_growth growth;

	row_growth(&rows[0], &growth);
	return coexist_quota_growth_foresee(&growth, usage, NOW, &forecast);
}

static void test_another_usage(void)
{
	struct coexist_quota_usage usage = storage(800, 1000);

	g_assert_true(foresee(&usage));
	usage.limit = 1001;
	g_assert_false(foresee(&usage));
	usage.limit = 0;
	g_assert_false(foresee(&usage));
	usage.limit = 1000;
	usage.resource = COEXIST_QUOTA_MESSAGES;
	g_assert_false(foresee(&usage));
}

static void test_huge_numbers(void)
{
	const struct coexist_quota_usage usage =
		storage(UINT64_MAX - 1, UINT64_MAX);
	struct coexist_quota_forecast forecast;
	struct coexist_quota_growth growth = {
		.limit = UINT64_MAX,
		.count = 4,
		.samples = { { 0, 0 }, { 1, UINT64_MAX }, { 2, 1 },
			     { UINT64_MAX, UINT64_MAX } }
	};
	char text[COEXIST_QUOTA_GROWTH_MAX_LENGTH];

	g_assert_false(coexist_quota_growth_foresee(&growth, &usage,
						    UINT64_MAX, &forecast));
	g_assert_false(coexist_quota_growth_foresee(&growth, &usage, NOW,
						    &forecast));
	coexist_quota_growth_parse(coexist_quota_growth_format(&growth, text),
				   &growth);
	g_assert_cmpuint(growth.count, ==, 4);
	g_assert_cmpuint(growth.samples[3].used, ==, UINT64_MAX);
}

static void test_the_longest_text(void)
{
	struct coexist_quota_growth growth = {
		.limit = UINT64_MAX, .count = COEXIST_QUOTA_GROWTH_SAMPLES
	}, read;
	char text[COEXIST_QUOTA_GROWTH_MAX_LENGTH];
	size_t i;

	for (i = 0; i < growth.count; i++) {
		growth.samples[i].time = UINT64_MAX - 15 + i;
		growth.samples[i].used = UINT64_MAX;
	}
	coexist_quota_growth_parse(coexist_quota_growth_format(&growth, text),
				   &read);
	g_assert_cmpuint(strlen(text), <, sizeof(text));
	g_assert_cmpmem(&growth, sizeof(growth), &read, sizeof(read));
}

static void test_what_we_do_not_write(void)
{
	static const char *const bad[] = {
		"", " ", "1000", "1000 ", "1000 1", "1000 1:", "1000 :1",
		"1000 1:1 ", "1000 1:1  2:2", "1000 1:1,2:2", "x 1:1",
		"1000 2:1 1:1", "1000 1:1 1:1", "-1 1:1", "1000 -1:1",
		"1000 1:-1", "1000 1:1x", "1000 0x1:1", "+1 1:1",
		"18446744073709551616 1:1", "1000 18446744073709551616:1",
		"1 1:1 2:1 3:1 4:1 5:1 6:1 7:1 8:1 9:1 10:1 11:1 12:1 13:1 "
		"14:1 15:1 16:1"
	};
	struct coexist_quota_growth growth;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(bad); i++) {
		coexist_quota_growth_parse(bad[i], &growth);
		g_assert_cmpuint(growth.count, ==, 0);
	}
	coexist_quota_growth_parse(NULL, &growth);
	g_assert_cmpuint(growth.count, ==, 0);
	coexist_quota_growth_parse("1000 1:2", &growth);
	g_assert_cmpuint(growth.count, ==, 1);
}

static bool look(struct coexist_quota_growth *growth, uint64_t used,
		 uint64_t limit, uint64_t now)
{
	const struct coexist_quota_usage usage = storage(used, limit);

	return coexist_quota_growth_add(growth, &usage, 1, now);
}

static void test_one_sample_a_day(void)
{
	struct coexist_quota_growth growth = { .limit = 0 };

	g_assert_true(look(&growth, 1, 1000, NOW));
	g_assert_false(look(&growth, 2, 1000, NOW));
	g_assert_false(look(&growth, 2, 1000, NOW + DAY - 1));
	/* the clocks of several hosts */
	g_assert_false(look(&growth, 2, 1000, NOW - 300));
	/* not even if the limit swings between two values */
	g_assert_false(look(&growth, 2, 2000, NOW + 1));
	g_assert_true(look(&growth, 2, 1000, NOW + DAY));
	g_assert_cmpuint(growth.count, ==, 2);
	g_assert_cmpuint(growth.samples[1].used, ==, 2);
}

static void test_another_limit_begins_anew(void)
{
	struct coexist_quota_growth growth = { .limit = 0 };

	g_assert_true(look(&growth, 1, 1000, NOW));
	g_assert_true(look(&growth, 2, 2000, NOW + DAY));
	g_assert_cmpuint(growth.count, ==, 1);
	g_assert_cmpuint(growth.limit, ==, 2000);
}

static void test_clock_put_back(void)
{
	struct coexist_quota_growth growth = { .limit = 0 };

	g_assert_true(look(&growth, 1, 1000, NOW));
	g_assert_true(look(&growth, 2, 1000, NOW + 3 * DAY));
	g_assert_true(look(&growth, 3, 1000, NOW + 3 * DAY - 301));
	g_assert_cmpuint(growth.count, ==, 1);
	g_assert_cmpuint(growth.samples[0].time, ==, NOW + 3 * DAY - 301);
}

static void test_only_the_last_are_kept(void)
{
	struct coexist_quota_growth growth = { .limit = 0 };
	uint64_t day;

	for (day = 0; day < 100; day++)
		g_assert_true(look(&growth, day, 1000, NOW + day * DAY));
	g_assert_cmpuint(growth.count, ==, COEXIST_QUOTA_GROWTH_SAMPLES);
	g_assert_cmpuint(growth.samples[0].used, ==, 85);
	g_assert_true(look(&growth, 500, 1000, NOW + 200 * DAY));
	g_assert_cmpuint(growth.count, ==, 1);
}

static void test_the_fullest_storage(void)
{
	const struct coexist_quota_usage usages[] = {
		{ COEXIST_QUOTA_MESSAGES, 99, 100 },
		{ COEXIST_QUOTA_STORAGE, 500, 0 },
		{ COEXIST_QUOTA_STORAGE, 10, 1000 },
		{ COEXIST_QUOTA_STORAGE, 30, 300 },
	};
	struct coexist_quota_growth growth = { .limit = 0 };

	g_assert_false(coexist_quota_growth_add(&growth, usages, 2, NOW));
	g_assert_false(coexist_quota_growth_add(&growth, NULL, 0, NOW));
	g_assert_true(coexist_quota_growth_add(&growth, usages, 4, NOW));
	g_assert_cmpuint(growth.limit, ==, 300);
	g_assert_cmpuint(growth.samples[0].used, ==, 30);
}

int main(int argc, char **argv)
{
	size_t i;

	g_test_init(&argc, &argv, NULL);
	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path =
			g_strdup_printf("/growth/rows/%s", rows[i].label);

		g_test_add_data_func(path, &rows[i], test_row);
	}
	g_test_add_func("/growth/another usage", test_another_usage);
	g_test_add_func("/growth/huge numbers", test_huge_numbers);
	g_test_add_func("/growth/the longest text", test_the_longest_text);
	g_test_add_func("/growth/what we do not write",
			test_what_we_do_not_write);
	g_test_add_func("/growth/one sample a day", test_one_sample_a_day);
	g_test_add_func("/growth/another limit begins anew",
			test_another_limit_begins_anew);
	g_test_add_func("/growth/clock put back", test_clock_put_back);
	g_test_add_func("/growth/only the last are kept",
			test_only_the_last_are_kept);
	g_test_add_func("/growth/the fullest storage",
			test_the_fullest_storage);
	return g_test_run();
}
