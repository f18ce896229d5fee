/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_LEVELS_H
#define COEXIST_QUOTA_LEVELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coexist/quota-usage.h"
#include "quota-reason.h"

/* Levels of the quota at which the owner of a mailbox is told, and their judge:
   each level is told once, until usage has fallen well below it (hysteresis).
   Plain C without allocations: what is asked and what is remembered goes in, what
   to say and to remember comes out. */

enum coexist_quota_level_kind {
	/* below every level */
	COEXIST_QUOTA_LEVEL_NONE,
	/* so many percent are used, of the storage or of the messages */
	COEXIST_QUOTA_LEVEL_PERCENT,
	/* so many bytes are left, or fewer */
	COEXIST_QUOTA_LEVEL_FREE
};

struct coexist_quota_level {
	enum coexist_quota_level_kind kind;
	uint64_t number;
};

struct coexist_quota_rules {
	/* lists of levels, in any order; an item that is none is skipped */
	const char *percents, *frees;
	/* percentage points that usage must fall below a level before it can
	   be told again; more than 100 is 100 */
	uint64_t rearm;
	/* seconds from a notice to a reminder, 0 for none */
	uint64_t repeat;
	/* say when usage is below every level again */
	bool recovered;
	/* tell also a mailbox that was never looked at before, whose level is
	   only recorded otherwise */
	bool tell_first;
};

/* The memory of a mailbox. */
struct coexist_quota_state {
	/* false if the mailbox was never looked at */
	bool known;
	/* the highest level that was told or recorded, and not left since */
	struct coexist_quota_level level;
	/* times: when that was, and when the owner was told last, 0 if not at
	   all since the mailbox was below every level */
	uint64_t level_at, told_at;
};

enum coexist_quota_action {
	COEXIST_QUOTA_TELL_NOTHING,
	COEXIST_QUOTA_TELL_LEVEL,
	COEXIST_QUOTA_TELL_REMINDER,
	COEXIST_QUOTA_TELL_RECOVERED
};

struct coexist_quota_verdict {
	enum coexist_quota_action action;
	/* why that, and nothing else */
	enum coexist_quota_reason reason;
	/* the highest level that is reached; NONE for RECOVERED */
	struct coexist_quota_level level;
	/* the one that reached it, or the fullest; NULL without an action */
	const struct coexist_quota_usage *usage;
	struct coexist_quota_state state;
	/* state is not what it was before */
	bool changed;
};

/* Judges what is used, which must be known: a look-up that failed is nothing
   to judge. Without any limit nothing is told, and what was remembered is
   forgotten. */
void coexist_quota_judge(const struct coexist_quota_rules *rules,
			 const struct coexist_quota_usage *usages,
			 size_t count,
			 const struct coexist_quota_state *before,
			 uint64_t now, struct coexist_quota_verdict *verdict_r);

/* Returns the highest level that is reached, and by which usage; NONE and NULL
   if there is none. */
struct coexist_quota_level
coexist_quota_reached(const struct coexist_quota_rules *rules,
		      const struct coexist_quota_usage *usages, size_t count,
		      const struct coexist_quota_usage **usage_r);

bool coexist_quota_levels_are_equal(const struct coexist_quota_level *a,
				    const struct coexist_quota_level *b);

#endif
