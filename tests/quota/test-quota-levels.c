/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When the owner of a mailbox is told how full it is. */

#include <glib.h>
#include <string.h>

#include "quota-level-name.h"
#include "quota-levels.h"

#define M (UINT64_C(1) << 20)
#define G (UINT64_C(1) << 30)
#define HOUR 3600
#define DAY (24 * HOUR)
#define NOW 1000000000

/* What one look at the mailbox says and leaves behind. */
struct row {
	const char *label;
	/* quota_warn and quota_warn_free; NULL is "80 90" and none */
	const char *percents, *frees;
	uint64_t rearm, repeat;
	bool recovered, tell_first;
	/* of the storage, then of the messages */
	uint64_t used, limit, messages, message_limit;
	/* the level before, NULL if the mailbox was never looked at */
	const char *before;
	/* how long ago the level was reached, and told; -1: not told */
	int64_t level_ago, told_ago;
	/* "" for nothing, "told", "reminded" or "recovered" */
	const char *action;
	/* the level in the notice, and the one that is remembered; NULL if
	   nothing is */
	const char *level, *after;
};

static const struct row rows[] = {
	/* both sides of a level */
	{ .label = "just below", .used = 799, .limit = 1000, .before = "none",
	  .action = "", .after = "none" },
	{ .label = "just at it", .used = 800, .limit = 1000, .before = "none",
	  .action = "told", .level = "80%", .after = "80%" },
	{ .label = "below the next", .used = 899, .limit = 1000,
	  .before = "80%", .action = "", .after = "80%" },
	{ .label = "at the next", .used = 900, .limit = 1000,
	  .before = "80%", .action = "told", .level = "90%", .after = "90%" },
	{ .label = "a part of a byte below", .used = 802, .limit = 1003,
	  .before = "none", .action = "", .after = "none" },
	{ .label = "the part is rounded up", .used = 803, .limit = 1003,
	  .before = "none", .action = "told", .level = "80%", .after = "80%" },

	/* once */
	{ .label = "a jump tells the highest", .used = 990, .limit = 1000,
	  .before = "none", .action = "told", .level = "90%", .after = "90%" },
	{ .label = "and is not told again", .used = 990, .limit = 1000,
	  .before = "90%", .action = "", .after = "90%" },
	{ .label = "a lower one was passed before", .used = 850, .limit = 1000,
	  .before = "90%", .action = "", .after = "90%", .rearm = 10 },

	/* quota_warn_rearm */
	{ .label = "not far enough below", .used = 751, .limit = 1000,
	  .rearm = 5, .before = "80%", .action = "", .after = "80%" },
	{ .label = "far enough below", .used = 750, .limit = 1000,
	  .rearm = 5, .before = "80%", .action = "", .after = "none" },
	{ .label = "the higher one is left", .used = 850, .limit = 1000,
	  .rearm = 5, .before = "90%", .action = "", .after = "80%" },
	{ .label = "the higher one is kept", .used = 851, .limit = 1000,
	  .rearm = 5, .before = "90%", .action = "", .after = "90%" },
	{ .label = "the lower one is kept by its own distance", .used = 760,
	  .limit = 1000, .rearm = 5, .before = "90%", .action = "",
	  .after = "80%" },
	{ .label = "no distance, at the level", .used = 800, .limit = 1000,
	  .before = "80%", .action = "", .after = "80%" },
	{ .label = "no distance, below it", .used = 799, .limit = 1000,
	  .before = "80%", .action = "", .after = "none" },
	{ .label = "a distance beyond the level", .used = 1, .limit = 1000,
	  .rearm = 90, .before = "80%", .action = "", .after = "80%" },
	{ .label = "an empty mailbox is below", .used = 0, .limit = 1000,
	  .rearm = 90, .before = "80%", .action = "", .after = "none" },
	{ .label = "a distance beyond all", .used = 1, .limit = 1000,
	  .rearm = 4294967295, .before = "80%", .action = "", .after = "80%" },

	/* the first look */
	{ .label = "the first look records", .used = 990, .limit = 1000,
	  .action = "", .after = "90%" },
	{ .label = "below every level, too", .used = 1, .limit = 1000,
	  .action = "", .after = "none" },
	{ .label = "the first look tells", .used = 990, .limit = 1000,
	  .tell_first = true, .action = "told", .level = "90%",
	  .after = "90%" },
	{ .label = "the first look has nothing to tell", .used = 1,
	  .limit = 1000, .tell_first = true, .action = "", .after = "none" },

	/* limits */
	{ .label = "no limit", .used = G, .limit = 0, .before = "none",
	  .action = "", .after = "none" },
	{ .label = "no limit at first", .used = G, .limit = 0, .action = "",
	  .after = NULL },
	{ .label = "the limit was lifted", .used = G, .limit = 0,
	  .recovered = true, .before = "90%", .action = "", .after = "none" },
	{ .label = "the limit was lowered", .used = 500, .limit = 550,
	  .before = "none", .action = "told", .level = "90%",
	  .after = "90%" },
	{ .label = "the limit was raised", .used = 500, .limit = 5000,
	  .rearm = 5, .before = "90%", .action = "", .after = "none" },
	{ .label = "above the limit", .used = 1500, .limit = 1000,
	  .percents = "100", .before = "none", .action = "told",
	  .level = "100%", .after = "100%" },
	{ .label = "just full", .used = 1000, .limit = 1000, .percents = "100",
	  .before = "none", .action = "told", .level = "100%",
	  .after = "100%" },
	{ .label = "nearly full", .used = 999, .limit = 1000,
	  .percents = "100", .before = "none", .action = "", .after = "none" },
	{ .label = "the least limit, empty", .used = 0, .limit = 1,
	  .before = "none", .action = "", .after = "none" },
	{ .label = "the least limit, full", .used = 1, .limit = 1,
	  .before = "none", .action = "told", .level = "90%", .after = "90%" },
	{ .label = "the largest limit, below", .before = "none", .action = "",
	  .used = UINT64_MAX / 100 * 80, .limit = UINT64_MAX,
	  .after = "none" },
	{ .label = "the largest limit, at the level", .before = "none",
	  .used = UINT64_MAX / 100 * 81, .limit = UINT64_MAX,
	  .action = "told", .level = "80%", .after = "80%" },
	{ .label = "the largest usage", .used = UINT64_MAX, .limit = 1,
	  .before = "none", .action = "told", .level = "90%", .after = "90%" },

	/* lists */
	{ .label = "unsorted and twice", .percents = "95, 80 90,80 95",
	  .used = 920, .limit = 1000, .before = "80%", .action = "told",
	  .level = "90%", .after = "90%" },
	{ .label = "no levels", .percents = "", .used = 1000, .limit = 1000,
	  .before = "none", .action = "", .after = "none" },
	{ .label = "above 100 is no level", .percents = "150 80",
	  .used = 3000, .limit = 1000, .before = "none", .action = "told",
	  .level = "80%", .after = "80%" },
	{ .label = "nonsense is no level", .percents = "x 0 -3 80",
	  .used = 900, .limit = 1000, .before = "none", .action = "told",
	  .level = "80%", .after = "80%" },
	{ .label = "the level before is in the list no more",
	  .percents = "70 95", .used = 910, .limit = 1000, .rearm = 5,
	  .before = "90%", .action = "", .after = "90%" },
	{ .label = "and is left for one that is", .percents = "70 95",
	  .used = 800, .limit = 1000, .rearm = 5, .before = "90%",
	  .action = "", .after = "70%" },

	/* quota_warn_free */
	{ .label = "just enough left", .percents = "", .frees = "100M",
	  .used = G - 100 * M - 1, .limit = G, .before = "none",
	  .action = "", .after = "none" },
	{ .label = "too little left", .percents = "", .frees = "100M",
	  .used = G - 100 * M, .limit = G, .before = "none",
	  .action = "told", .level = "free:104857600",
	  .after = "free:104857600" },
	{ .label = "nothing left", .percents = "", .frees = "100M 10M",
	  .used = 2 * G, .limit = G, .before = "free:104857600",
	  .action = "told", .level = "free:10485760",
	  .after = "free:10485760" },
	{ .label = "less is left than of the level before", .percents = "",
	  .frees = "10M 100M", .used = G - 50 * M, .limit = G, .rearm = 50,
	  .before = "free:10485760", .action = "", .after = "free:10485760" },
	{ .label = "a level as large as the mailbox", .percents = "",
	  .frees = "1G", .used = G, .limit = G, .before = "none",
	  .action = "", .after = "none" },
	{ .label = "the space left is the higher level", .percents = "80",
	  .frees = "100M", .used = G - 50 * M, .limit = G, .before = "80%",
	  .action = "told", .level = "free:104857600",
	  .after = "free:104857600" },
	{ .label = "the percent are the higher level", .percents = "95",
	  .frees = "100M", .used = G - 10 * M, .limit = G,
	  .before = "free:104857600", .action = "told", .level = "95%",
	  .after = "95%" },
	{ .label = "space that was left is left again", .percents = "",
	  .frees = "100M", .used = G / 2, .limit = G, .rearm = 5,
	  .before = "free:104857600", .action = "", .after = "none" },

	/* messages */
	{ .label = "as many messages", .used = 1, .limit = 1000,
	  .messages = 80, .message_limit = 100, .before = "none",
	  .action = "told", .level = "80%", .after = "80%" },
	{ .label = "fewer messages", .used = 1, .limit = 1000,
	  .messages = 79, .message_limit = 100, .before = "none",
	  .action = "", .after = "none" },
	{ .label = "no space is left of messages", .percents = "",
	  .frees = "10", .messages = 95, .message_limit = 100,
	  .before = "none", .action = "", .after = "none" },
	{ .label = "the fuller of both", .used = 850, .limit = 1000,
	  .messages = 95, .message_limit = 100, .before = "none",
	  .action = "told", .level = "90%", .after = "90%" },
	{ .label = "the other one is still there", .used = 100, .limit = 1000,
	  .messages = 85, .message_limit = 100, .before = "80%", .rearm = 5,
	  .action = "", .after = "80%" },

	/* quota_warn_repeat */
	{ .label = "too early for a reminder", .used = 850, .limit = 1000,
	  .repeat = DAY, .before = "80%", .level_ago = DAY - 1,
	  .told_ago = DAY - 1, .action = "", .after = "80%" },
	{ .label = "time for a reminder", .used = 850, .limit = 1000,
	  .repeat = DAY, .before = "80%", .level_ago = 3 * DAY,
	  .told_ago = DAY, .action = "reminded", .level = "80%",
	  .after = "80%" },
	{ .label = "reminders are off", .used = 850, .limit = 1000,
	  .before = "80%", .level_ago = 100 * DAY, .told_ago = 100 * DAY,
	  .action = "", .after = "80%" },
	{ .label = "no reminder below the level", .used = 790, .limit = 1000,
	  .rearm = 5, .repeat = DAY, .before = "80%", .level_ago = DAY,
	  .told_ago = DAY, .action = "", .after = "80%" },
	{ .label = "a reminder of what was only recorded", .used = 850,
	  .limit = 1000, .repeat = DAY, .before = "80%", .level_ago = DAY,
	  .told_ago = -1, .action = "reminded", .level = "80%",
	  .after = "80%" },
	{ .label = "a higher level is no reminder", .used = 950,
	  .limit = 1000, .repeat = DAY, .before = "80%", .level_ago = DAY,
	  .told_ago = DAY, .action = "told", .level = "90%", .after = "90%" },
	{ .label = "told by a host whose clock is a little ahead", .used = 850,
	  .limit = 1000, .repeat = DAY, .before = "80%", .level_ago = -2,
	  .told_ago = -2, .action = "", .after = "80%" },
	{ .label = "told just now, at a level from a wrong clock", .used = 850,
	  .limit = 1000, .repeat = DAY, .before = "80%",
	  .level_ago = -1000 * DAY, .told_ago = 1, .action = "",
	  .after = "80%" },
	{ .label = "told by a wrong clock, at a level from yesterday",
	  .used = 850, .limit = 1000, .repeat = DAY, .before = "80%",
	  .level_ago = DAY, .told_ago = -1000 * DAY, .action = "reminded",
	  .level = "80%", .after = "80%" },
	{ .label = "told by a wrong clock, at a level from just now",
	  .used = 850, .limit = 1000, .repeat = DAY, .before = "80%",
	  .level_ago = 1, .told_ago = -1000 * DAY, .action = "",
	  .after = "80%" },
	{ .label = "all by a wrong clock", .used = 850, .limit = 1000,
	  .repeat = DAY, .before = "80%", .level_ago = -1000 * DAY,
	  .told_ago = -1000 * DAY, .action = "reminded", .level = "80%",
	  .after = "80%" },
	{ .label = "all by a wrong clock, without reminders", .used = 850,
	  .limit = 1000, .before = "80%", .level_ago = -1000 * DAY,
	  .told_ago = -1000 * DAY, .action = "", .after = "80%" },

	/* quota_warn_recovered */
	{ .label = "recovered", .used = 100, .limit = 1000, .rearm = 5,
	  .recovered = true, .before = "90%", .action = "recovered",
	  .level = "none", .after = "none" },
	{ .label = "recovered is not asked for", .used = 100, .limit = 1000,
	  .rearm = 5, .before = "90%", .action = "", .after = "none" },
	{ .label = "not recovered from what nobody was told", .used = 100,
	  .limit = 1000, .rearm = 5, .recovered = true, .before = "90%",
	  .told_ago = -1, .action = "", .after = "none" },
	{ .label = "not recovered while a lower level holds", .used = 810,
	  .limit = 1000, .rearm = 5, .recovered = true, .before = "90%",
	  .action = "", .after = "80%" },
	{ .label = "below, and was before", .used = 100, .limit = 1000,
	  .recovered = true, .before = "none", .action = "",
	  .after = "none" },
};

static const char *action_name(enum coexist_quota_action action)
{
	static const char *const names[] = {
		[COEXIST_QUOTA_TELL_NOTHING] = "",
		[COEXIST_QUOTA_TELL_LEVEL] = "told",
		[COEXIST_QUOTA_TELL_REMINDER] = "reminded",
		[COEXIST_QUOTA_TELL_RECOVERED] = "recovered"
	};
	return names[action];
}

static void row_rules(const struct row *row, struct coexist_quota_rules *rules)
{
	rules->percents = row->percents == NULL ? "80 90" : row->percents;
	rules->frees = row->frees == NULL ? "" : row->frees;
	rules->rearm = row->rearm;
	rules->repeat = row->repeat;
	rules->recovered = row->recovered;
	rules->tell_first = row->tell_first;
}

static void row_state(const struct row *row, struct coexist_quota_state *state)
{
	memset(state, 0, sizeof(*state));
	if (row->before == NULL)
		return;
	state->known = true;
	g_assert_true(coexist_quota_level_parse(row->before, &state->level));
	if (state->level.kind == COEXIST_QUOTA_LEVEL_NONE)
		return;
	state->level_at = (uint64_t)(NOW - row->level_ago);
	state->told_at = row->told_ago == -1 ? 0 :
		(uint64_t)(NOW - row->told_ago);
}

static void test_row(gconstpointer data)
{
	const struct row *row = data;
	const struct coexist_quota_usage usages[] = {
		{ COEXIST_QUOTA_STORAGE, row->used, row->limit },
		{ COEXIST_QUOTA_MESSAGES, row->messages, row->message_limit }
	};
	struct coexist_quota_rules rules;
	struct coexist_quota_state before;
	struct coexist_quota_verdict verdict;
	char name[COEXIST_QUOTA_LEVEL_MAX_LENGTH];

	row_rules(row, &rules);
	row_state(row, &before);
	coexist_quota_judge(&rules, usages, G_N_ELEMENTS(usages), &before, NOW,
			    &verdict);
	g_assert_cmpstr(action_name(verdict.action), ==, row->action);
	g_assert_true((verdict.usage != NULL) == (*row->action != '\0'));
	if (row->level != NULL) {
		g_assert_cmpstr(coexist_quota_level_name(&verdict.level, name),
				==, row->level);
	}
	g_assert_true(verdict.state.known == (row->after != NULL));
	if (row->after != NULL) {
		g_assert_cmpstr(coexist_quota_level_name(&verdict.state.level,
							 name),
				==, row->after);
	}
	/* what is said is remembered */
	g_assert_true(*row->action == '\0' || verdict.changed);
}

int main(int argc, char **argv)
{
	size_t i;

	g_test_init(&argc, &argv, NULL);
	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path =
			g_strdup_printf("/quota/rows/%s", rows[i].label);

		g_test_add_data_func(path, &rows[i], test_row);
	}
	return g_test_run();
}
