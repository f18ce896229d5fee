/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When retention waits, and for how long. */

#include <glib.h>
#include <string.h>

#include "retention-brake.h"

#define DAY 86400
#define NOW UINT64_C(1800000000)
#define WAIT 7
#define LAST_DAY (NOW - (WAIT - 1) * DAY)

/* What one run meets and leaves behind. */
struct row {
	const char *label;
	/* of the policy */
	uint64_t keep_days;
	bool moves;
	uint64_t due, messages;
	/* retention_notice_days; 0 is 7, and off is 0 */
	uint64_t notice_days;
	bool off;
	/* what is remembered */
	struct coexist_brake_state before;
	/* 'g'o, 'w'ait, 't'ell */
	char action;
	/* what the run leaves, if it is not what was remembered */
	const struct coexist_brake_state *after;
};

#define STATE(...) (&(const struct coexist_brake_state){ __VA_ARGS__ })
/* retention that was accepted long ago */
#define KEEPS(days) \
	{ \
		.keep_days = (days), .deletes = true \
	}
/* the owner was told of so many messages, at that time */
#define TOLD(days, at, count) \
	{ \
		.keep_days = (days), .deletes = true, .told_at = (at), \
		.until = (at) + WAIT * DAY, .told_count = (count) \
	}
#define TOLD_NOW(days, count) \
	STATE(.keep_days = (days), .deletes = true, .told_at = NOW, \
	      .until = NOW + WAIT * DAY, .told_count = (count))
#define KEPT(days) STATE(.keep_days = (days), .deletes = true)

static const struct row rows[] = {
	/* set */
	{ "set, and something is due", 30, .due = 1, .messages = 10,
	  .action = 't', .after = TOLD_NOW(30, 1) },
	{ "set, and nothing is due: it is told later", 30, .messages = 10,
	  .action = 'g' },
	{ "set in an empty mailbox", 30, .action = 'g' },
	{ "set long ago", 30, .due = 1, .messages = 1, .before = KEEPS(30),
	  .action = 'g' },
	{ "set long ago, and nothing is due", 30, .messages = 1,
	  .before = KEEPS(30), .action = 'g' },

	/* lowered and raised */
	{ "lowered by a day", 29, .due = 1, .messages = 10, .before = KEEPS(30),
	  .action = 't', .after = TOLD_NOW(29, 1) },
	{ "lowered, and nothing is due: it is told later", 29, .messages = 10,
	  .before = KEEPS(30), .action = 'g' },
	{ "lowered when nothing was due, and now something is", 29, .due = 1,
	  .messages = 10, .before = KEEPS(30), .action = 't',
	  .after = TOLD_NOW(29, 1) },
	{ "deleted from now on, and nothing is due", 30, .messages = 10,
	  .before = { .keep_days = 30 }, .action = 'g' },
	{ "raised", 31, .due = 1, .messages = 10, .before = KEEPS(30),
	  .action = 'g', .after = KEPT(31) },
	{ "raised, and nothing is due", 31, .messages = 10, .before = KEEPS(30),
	  .action = 'g', .after = KEPT(31) },
	{ "as high as it can be, lowered", UINT32_MAX - 1, .due = 1,
	  .messages = 10, .before = KEEPS(UINT32_MAX), .action = 't',
	  .after = TOLD_NOW(UINT32_MAX - 1, 1) },

	/* moved and deleted */
	{ "deleted from now on", 30, .due = 1, .messages = 10,
	  .before = { .keep_days = 30 }, .action = 't',
	  .after = TOLD_NOW(30, 1) },
	{ "moved from now on", 30, .moves = true, .due = 1, .messages = 10,
	  .before = KEEPS(30), .action = 'g', .after = STATE(.keep_days = 30) },
	{ "moved, and set", 30, .moves = true, .due = 1, .messages = 10,
	  .action = 't',
	  .after = STATE(.keep_days = 30, .told_at = NOW,
			 .until = NOW + WAIT * DAY, .told_count = 1) },
	{ "told that they are moved, and then deleted", 30, .due = 1,
	  .messages = 10,
	  .before = { .keep_days = 30,
		      .told_at = LAST_DAY,
		      .until = LAST_DAY + WAIT * DAY,
		      .told_count = 1 },
	  .action = 't', .after = TOLD_NOW(30, 1) },

	/* many */
	{ "500 of 500", 30, .due = 500, .messages = 500, .before = KEEPS(30),
	  .action = 'g' },
	{ "501 of 501", 30, .due = 501, .messages = 501, .before = KEEPS(30),
	  .action = 't', .after = TOLD_NOW(30, 501) },
	{ "501, a quarter", 30, .due = 501, .messages = 2004,
	  .before = KEEPS(30), .action = 'g' },
	{ "501, a little more than a quarter", 30, .due = 501, .messages = 2003,
	  .before = KEEPS(30), .action = 't', .after = TOLD_NOW(30, 501) },
	{ "a million, a quarter", 30, .due = 1000000, .messages = 4000000,
	  .before = KEEPS(30), .action = 'g' },
	{ "raised, and yet many", 31, .due = 501, .messages = 501,
	  .before = KEEPS(30), .action = 't', .after = TOLD_NOW(31, 501) },
	{ "many of which were told, while waiting", 30, .due = 1500,
	  .messages = 1500, .before = TOLD(30, LAST_DAY, 1000), .action = 'w' },
	{ "too many more than were told, while waiting", 30, .due = 1501,
	  .messages = 1501, .before = TOLD(30, LAST_DAY, 1000), .action = 't',
	  .after = TOLD_NOW(30, 1501) },
	{ "many of which were told, at the end", 30, .due = 1500,
	  .messages = 1500, .before = TOLD(30, NOW - WAIT * DAY, 1000),
	  .action = 'g' },
	{ "too many more than were told, at the end", 30, .due = 1501,
	  .messages = 1501, .before = TOLD(30, NOW - WAIT * DAY, 1000),
	  .action = 't', .after = TOLD_NOW(30, 1501) },
	{ "the rest of what was told, after a run that was stopped", 30,
	  .due = 900, .messages = 900, .before = TOLD(30, NOW - 8 * DAY, 1000),
	  .action = 'g',
	  .after = STATE(.keep_days = 30, .deletes = true,
			 .told_at = NOW - 8 * DAY, .until = NOW - DAY,
			 .told_count = 900) },
	{ "one that can't go, and many that nobody was told of", 30,
	  .due = 10000, .messages = 10001,
	  .before = TOLD(30, NOW - 300 * DAY, 1), .action = 't',
	  .after = TOLD_NOW(30, 10000) },

	/* waiting */
	{ "told a moment ago", 30, .due = 1, .messages = 10,
	  .before = TOLD(30, NOW, 1), .action = 'w' },
	{ "a second too early", 30, .due = 1, .messages = 10,
	  .before = TOLD(30, NOW - WAIT * DAY + 1, 1), .action = 'w' },
	{ "the time is over", 30, .due = 1, .messages = 10,
	  .before = TOLD(30, NOW - WAIT * DAY, 1), .action = 'g' },
	{ "more became due meanwhile", 30, .due = 200, .messages = 300,
	  .before = TOLD(30, NOW - WAIT * DAY, 1), .action = 'g' },
	{ "nothing is due any more, while waiting", 30, .messages = 10,
	  .before = TOLD(30, LAST_DAY, 1), .action = 'g' },
	{ "nothing is due any more, at the end", 30, .messages = 10,
	  .before = TOLD(30, NOW - WAIT * DAY, 1), .action = 'g',
	  .after = KEPT(30) },
	{ "raised while waiting", 31, .due = 1, .messages = 10,
	  .before = TOLD(30, LAST_DAY, 5), .action = 'w',
	  .after = STATE(.keep_days = 31, .deletes = true, .told_at = LAST_DAY,
			 .until = LAST_DAY + WAIT * DAY, .told_count = 5) },
	{ "lowered while waiting", 29, .due = 6, .messages = 10,
	  .before = TOLD(30, LAST_DAY, 5), .action = 't',
	  .after = TOLD_NOW(29, 6) },
	{ "lowered while waiting for nothing", 29, .messages = 10,
	  .before = TOLD(30, LAST_DAY, 5), .action = 'g' },
	{ "lowered when nothing was due any more, at the end", 29,
	  .messages = 10, .before = TOLD(30, NOW - WAIT * DAY, 5),
	  .action = 'g', .after = KEPT(30) },

	/* retention_notice_days */
	{ "the time that was promised holds when the setting is lowered", 30,
	  .due = 1, .messages = 10, .notice_days = 1,
	  .before = TOLD(30, NOW - 2 * DAY, 1), .action = 'w' },
	{ "and when it is raised", 30, .due = 1, .messages = 10,
	  .notice_days = 30, .before = TOLD(30, NOW - WAIT * DAY, 1),
	  .action = 'g' },
	{ "a time of its own", 30, .due = 1, .messages = 10, .notice_days = 1,
	  .action = 't',
	  .after = STATE(.keep_days = 30, .deletes = true, .told_at = NOW,
			 .until = NOW + DAY, .told_count = 1) },
	{ "off: set", 30, .due = 1, .messages = 10, .off = true,
	  .action = 'g' },
	{ "off: many", 30, .due = 10000, .messages = 10000, .off = true,
	  .action = 'g' },
	{ "off while waiting", 30, .due = 1, .messages = 10, .off = true,
	  .before = TOLD(30, LAST_DAY, 1), .action = 'g' },

	/* the clock */
	{ "told by a host whose clock is five minutes ahead", 30, .due = 1,
	  .messages = 10, .before = TOLD(30, NOW + 300, 1), .action = 'w' },
	{ "told in the future", 30, .due = 1, .messages = 10,
	  .before = TOLD(30, NOW + 301, 1), .action = 't',
	  .after = TOLD_NOW(30, 1) },
	{ "told in the future, and nothing is due", 30, .messages = 10,
	  .before = TOLD(30, NOW + 301, 1), .action = 'g',
	  .after = STATE(.keep_days = 0) },
};

static char action_letter(enum coexist_brake_action action)
{
	switch (action) {
	case COEXIST_BRAKE_GO:
		return 'g';
	case COEXIST_BRAKE_WAIT:
		return 'w';
	case COEXIST_BRAKE_TELL:
		return 't';
	}
	g_assert_not_reached();
}

static void test_row(gconstpointer data)
{
	const struct row *row = data;
	const struct coexist_brake_run run = {
		.keep_days = row->keep_days,
		.deletes = !row->moves,
		.due = row->due,
		.messages = row->messages,
		.notice_days = row->off	      ? 0 :
			row->notice_days == 0 ? WAIT :
						row->notice_days,
		.now = NOW
	};
	const struct coexist_brake_state *after = row->after == NULL ?
		&row->before :
		row->after;
	struct coexist_brake_verdict verdict;

	coexist_brake_judge(&run, &row->before, &verdict);
	g_assert_cmpint(action_letter(verdict.action), ==, row->action);
	g_assert_cmpuint(verdict.state.keep_days, ==, after->keep_days);
	g_assert_cmpuint(verdict.state.deletes, ==, after->deletes);
	g_assert_cmpuint(verdict.state.told_at, ==, after->told_at);
	g_assert_cmpuint(verdict.state.until, ==, after->until);
	g_assert_cmpuint(verdict.state.told_count, ==, after->told_count);
	g_assert_cmpuint(verdict.changed, ==, row->after != NULL);
}

/* A site that changes its mind, with runs at random times. Whatever it does,
   what goes was told of for seven days at least, by a policy that was not
   milder, unless it is little and the policy was in force before. */
static void test_walk(gconstpointer data)
{
	g_autoptr(GRand)
		rand = g_rand_new_with_seed((guint32)GPOINTER_TO_UINT(data));
	struct coexist_brake_state state = { 0 };
	struct coexist_brake_run run = {
		.keep_days = 30, .notice_days = WAIT, .now = NOW
	};
	struct coexist_brake_verdict verdict;
	/* of the last notice */
	uint64_t told = 0, told_days = 0;
	/* the days by which something went last */
	uint64_t known = 0;
	unsigned int step, gone = 0;

	for (step = 0; step < 100000; step++) {
		if (g_rand_int_range(rand, 0, 8) == 0)
			run.keep_days = (uint64_t)g_rand_int_range(rand, 5, 40);
		run.now += (uint64_t)g_rand_int_range(rand, 0, 3 * DAY);
		run.messages = (uint64_t)g_rand_int_range(rand, 0, 5000);
		run.due = g_rand_int_range(rand, 0, 3) == 0 ?
			0 :
			run.messages / (uint64_t)g_rand_int_range(rand, 1, 9);
		coexist_brake_judge(&run, &state, &verdict);
		if (verdict.action == COEXIST_BRAKE_TELL) {
			told = run.now;
			told_days = run.keep_days;
		} else if (verdict.action == COEXIST_BRAKE_GO && run.due > 0) {
			gone++;
			if (run.keep_days < known || known == 0) {
				g_assert_cmpuint(told_days, <=, run.keep_days);
				g_assert_cmpuint(told + WAIT * DAY, <=,
						 run.now);
			}
			if (run.due > 500 && run.due > run.messages / 4)
				g_assert_cmpuint(told + WAIT * DAY, <=,
						 run.now);
			verdict.state = coexist_brake_settled(&run);
			known = run.keep_days;
		}
		state = verdict.state;
	}
	g_assert_cmpuint(gone, >, 1000);
}

/* One who runs it every hour is told once, and then it is done. */
static void test_it_ends(void)
{
	struct coexist_brake_state state = { 0 };
	struct coexist_brake_run run = { .keep_days = 30,
					 .deletes = true,
					 .notice_days = WAIT,
					 .due = 10000,
					 .messages = 20000 };
	struct coexist_brake_verdict verdict;
	unsigned int told = 0, changes = 0;

	for (run.now = NOW; run.now < NOW + 30 * DAY; run.now += 3600) {
		coexist_brake_judge(&run, &state, &verdict);
		told += verdict.action == COEXIST_BRAKE_TELL ? 1 : 0;
		changes += verdict.changed ? 1 : 0;
		state = verdict.state;
		if (verdict.action == COEXIST_BRAKE_GO)
			break;
		run.due += 2;
		run.messages += 2;
	}
	g_assert_cmpuint(told, ==, 1);
	g_assert_cmpuint(changes, ==, 1);
	g_assert_cmpuint(run.now, ==, NOW + WAIT * DAY);
}

int main(int argc, char **argv)
{
	size_t i;

	g_test_init(&argc, &argv, NULL);
	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strdup_printf("/brake/rows/%s",
							rows[i].label);

		g_test_add_data_func(path, &rows[i], test_row);
	}
	for (i = 1; i <= 3; i++) {
		g_autofree char *path = g_strdup_printf("/brake/walk %zu", i);

		g_test_add_data_func(path, GUINT_TO_POINTER(i), test_walk);
	}
	g_test_add_func("/brake/it ends", test_it_ends);
	return g_test_run();
}
