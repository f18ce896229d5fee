/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why the judge of the quota decides as it does, and what happens to one mailbox
   that is looked at again and again. */

#include <glib.h>

#include "quota-level-name.h"
#include "quota-levels.h"

#define HOUR 3600
#define DAY (24 * HOUR)
#define NOW 1000000000

/* Why the owner of a mailbox with a limit of 1000, and a level at 80 % that is
   told again below 75 %, is told or not. */
static const struct reason_row {
	const char *label;
	uint64_t used, limit;
	/* the level before, NULL if the mailbox was never looked at */
	const char *before;
	uint64_t repeat;
	/* how long ago the level was told */
	uint64_t ago;
	enum coexist_quota_reason reason;
	/* the level that is reached */
	const char *level;
} reason_rows[] = {
	{ "no limit", 900, 0, "80%", 0, HOUR,
	  COEXIST_QUOTA_REASON_NO_LIMIT, "none" },
	{ "a first look below", 799, 1000, NULL, 0, 0,
	  COEXIST_QUOTA_REASON_BELOW, "none" },
	{ "a first look at a level", 800, 1000, NULL, 0, 0,
	  COEXIST_QUOTA_REASON_FIRST_LOOK, "80%" },
	{ "below", 799, 1000, "none", 0, 0, COEXIST_QUOTA_REASON_BELOW, "none" },
	{ "higher", 800, 1000, "none", 0, 0, COEXIST_QUOTA_REASON_HIGHER, "80%" },
	{ "remembered", 800, 1000, "80%", 0, HOUR,
	  COEXIST_QUOTA_REASON_REMEMBERED, "80%" },
	{ "held", 751, 1000, "80%", DAY, 2 * DAY,
	  COEXIST_QUOTA_REASON_HELD, "none" },
	{ "left", 750, 1000, "80%", DAY, 2 * DAY,
	  COEXIST_QUOTA_REASON_LEFT, "none" },
	{ "early", 800, 1000, "80%", DAY, DAY - 1,
	  COEXIST_QUOTA_REASON_REPEAT_EARLY, "80%" },
	{ "due", 800, 1000, "80%", DAY, DAY,
	  COEXIST_QUOTA_REASON_REPEAT_DUE, "80%" },
};

static void test_reason(gconstpointer data)
{
	const struct reason_row *row = data;
	const struct coexist_quota_usage usage = {
		COEXIST_QUOTA_STORAGE, row->used, row->limit
	};
	const struct coexist_quota_rules rules = {
		.percents = "80", .frees = "", .rearm = 5,
		.repeat = row->repeat
	};
	struct coexist_quota_state before = { .known = row->before != NULL };
	struct coexist_quota_verdict verdict;
	char name[COEXIST_QUOTA_LEVEL_MAX_LENGTH];

	if (before.known)
		coexist_quota_level_parse(row->before, &before.level);
	if (row->ago != 0)
		before.level_at = before.told_at = NOW - row->ago;
	coexist_quota_judge(&rules, &usage, 1, &before, NOW, &verdict);
	g_assert_cmpint(verdict.reason, ==, row->reason);
	g_assert_nonnull(coexist_quota_reason_describe(verdict.reason));
	g_assert_cmpstr(coexist_quota_level_name(&verdict.level, name), ==,
			row->level);
}

/* What happens to one mailbox, look by look. */
struct story {
	struct coexist_quota_rules rules;
	struct coexist_quota_state state;
	uint64_t now;
	unsigned int told;
};

static void look(struct story *story, uint64_t used, uint64_t limit)
{
	const struct coexist_quota_usage usage = {
		COEXIST_QUOTA_STORAGE, used, limit
	};
	struct coexist_quota_verdict verdict;

	coexist_quota_judge(&story->rules, &usage, 1, &story->state,
			    story->now, &verdict);
	story->state = verdict.state;
	story->told += verdict.action != COEXIST_QUOTA_TELL_NOTHING ? 1 : 0;
}

static void test_oscillation(void)
{
	struct story story = {
		.rules = { .percents = "80", .frees = "", .rearm = 5 },
		.now = NOW
	};
	unsigned int i;

	look(&story, 0, 1000);
	for (i = 0; i < 200; i++)
		look(&story, i % 2 == 0 ? 801 : 799, 1000);
	g_assert_cmpuint(story.told, ==, 1);
	look(&story, 740, 1000);
	look(&story, 801, 1000);
	g_assert_cmpuint(story.told, ==, 2);
}

static void test_reminders(void)
{
	struct story story = {
		.rules = { .percents = "80", .frees = "", .rearm = 5,
			   .repeat = DAY },
		.now = NOW
	};
	unsigned int hour;

	look(&story, 0, 1000);
	for (hour = 0; hour <= 72; hour++) {
		look(&story, 850, 1000);
		story.now += HOUR;
	}
	/* the level, and a reminder each day */
	g_assert_cmpuint(story.told, ==, 4);
}

static void test_clock_put_back(void)
{
	struct story story = {
		.rules = { .percents = "80", .frees = "", .repeat = DAY },
		.now = NOW
	};

	look(&story, 0, 1000);
	look(&story, 850, 1000);
	story.now = NOW / 2;
	look(&story, 850, 1000);
	g_assert_cmpuint(story.told, ==, 2);
	look(&story, 850, 1000);
	g_assert_cmpuint(story.told, ==, 2);
	story.now += DAY;
	look(&story, 850, 1000);
	g_assert_cmpuint(story.told, ==, 3);
}

static void test_nothing_is_written_for_nothing(void)
{
	const struct coexist_quota_rules rules = {
		.percents = "80", .frees = "", .rearm = 5, .repeat = DAY
	};
	struct coexist_quota_usage usage = { COEXIST_QUOTA_STORAGE, 1, 1000 };
	struct coexist_quota_state state = { .known = false };
	struct coexist_quota_verdict verdict;

	coexist_quota_judge(&rules, &usage, 1, &state, NOW, &verdict);
	g_assert_true(verdict.changed);
	state = verdict.state;
	usage.used = 2;
	coexist_quota_judge(&rules, &usage, 1, &state, NOW + 1, &verdict);
	g_assert_false(verdict.changed);
}

static void test_no_usage_at_all(void)
{
	const struct coexist_quota_rules rules = {
		.percents = "80", .frees = "1M"
	};
	const struct coexist_quota_state state = { .known = false };
	struct coexist_quota_verdict verdict;
	const struct coexist_quota_usage *usage;

	coexist_quota_judge(&rules, NULL, 0, &state, NOW, &verdict);
	g_assert_false(verdict.changed);
	g_assert_cmpint(verdict.action, ==, COEXIST_QUOTA_TELL_NOTHING);
	g_assert_cmpint(coexist_quota_reached(&rules, NULL, 0, &usage).kind, ==,
			COEXIST_QUOTA_LEVEL_NONE);
	g_assert_null(usage);
}

int main(int argc, char **argv)
{
	size_t i;

	g_test_init(&argc, &argv, NULL);
	for (i = 0; i < G_N_ELEMENTS(reason_rows); i++) {
		g_autofree char *path = g_strdup_printf("/quota/reasons/%s",
							reason_rows[i].label);

		g_test_add_data_func(path, &reason_rows[i], test_reason);
	}
	g_test_add_func("/quota/oscillation", test_oscillation);
	g_test_add_func("/quota/reminders", test_reminders);
	g_test_add_func("/quota/clock put back", test_clock_put_back);
	g_test_add_func("/quota/nothing is written for nothing",
			test_nothing_is_written_for_nothing);
	g_test_add_func("/quota/no usage at all", test_no_usage_at_all);
	return g_test_run();
}
