/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-levels.h. */

#include "quota-levels.h"
#include "policy-list.h"
#include "policy-number.h"
#include "quota-fullness.h"
#include "time-since.h"

#include <string.h>

typedef bool item_parse_t(const char *item, size_t length, uint64_t *number_r);

/* A level as one of the limits has it. */
struct candidate {
	struct coexist_quota_level level;
	const struct coexist_quota_usage *usage;
	/* The part of the limit at which it is reached: what makes levels of
	   different kinds and limits comparable. */
	double height;
};

/* Returns a percentage of the limit, rounded up: no part of it is too small to
   count, and nothing overflows. */
static uint64_t percent_of(uint64_t limit, uint64_t percent)
{
	return limit / 100 * percent + (limit % 100 * percent + 99) / 100;
}

/* Returns false if there is no such level: without a limit, for messages left,
   and if even the empty mailbox would be at it. */
static bool
candidate_make(const struct coexist_quota_level *level,
	       const struct coexist_quota_usage *usage,
	       struct candidate *candidate_r)
{
	candidate_r->level = *level;
	candidate_r->usage = usage;
	if (usage->limit == 0)
		return false;
	switch (level->kind) {
	case COEXIST_QUOTA_LEVEL_NONE:
		return false;
	case COEXIST_QUOTA_LEVEL_PERCENT:
		candidate_r->height = (double)level->number / 100;
		return true;
	case COEXIST_QUOTA_LEVEL_FREE:
		if (usage->resource != COEXIST_QUOTA_STORAGE ||
		    level->number >= usage->limit)
			return false;
		candidate_r->height = (double)(usage->limit - level->number) /
			(double)usage->limit;
		return true;
	}
	return false;
}

/* Returns from which usage on the level is reached. */
static uint64_t candidate_threshold(const struct candidate *candidate)
{
	uint64_t limit = candidate->usage->limit;

	return candidate->level.kind == COEXIST_QUOTA_LEVEL_PERCENT ?
		percent_of(limit, candidate->level.number) :
		limit - candidate->level.number;
}

static bool candidate_is_reached(const struct candidate *candidate)
{
	return candidate->usage->used >= candidate_threshold(candidate);
}

/* Returns true unless usage has fallen so far below the level that it can be
   told again. */
static bool candidate_is_held(const struct candidate *candidate, uint64_t rearm)
{
	uint64_t threshold = candidate_threshold(candidate);
	uint64_t points = percent_of(candidate->usage->limit,
				     rearm > 100 ? 100 : rearm);

	return candidate->usage->used >
		(threshold > points ? threshold - points : 0);
}

static void candidate_raise(struct candidate *best, const struct candidate *other)
{
	if (best->level.kind == COEXIST_QUOTA_LEVEL_NONE ||
	    other->height > best->height)
		*best = *other;
}

/* A walk through all levels of all limits. */
struct search {
	const struct coexist_quota_rules *rules;
	/* the highest one to look for held levels; NONE for none */
	struct candidate before;
	struct candidate reached, held;
};

static void
search_level(struct search *search, const struct coexist_quota_level *level,
	     const struct coexist_quota_usage *usage)
{
	struct candidate candidate;

	if (!candidate_make(level, usage, &candidate))
		return;
	if (candidate_is_reached(&candidate))
		candidate_raise(&search->reached, &candidate);
	if (search->before.level.kind != COEXIST_QUOTA_LEVEL_NONE &&
	    candidate.height <= search->before.height &&
	    candidate_is_held(&candidate, search->rules->rearm))
		candidate_raise(&search->held, &candidate);
}

static void
search_list(struct search *search, const char *list,
	    enum coexist_quota_level_kind kind, item_parse_t *parse,
	    const struct coexist_quota_usage *usage)
{
	struct coexist_quota_level level = { .kind = kind };
	const char *item;
	size_t length;

	while (coexist_list_next(&list, &item, &length)) {
		if (parse(item, length, &level.number))
			search_level(search, &level, usage);
	}
}

static void
search_usage(struct search *search, const struct coexist_quota_usage *usage)
{
	search_list(search, search->rules->percents,
		    COEXIST_QUOTA_LEVEL_PERCENT, coexist_percent_parse, usage);
	search_list(search, search->rules->frees,
		    COEXIST_QUOTA_LEVEL_FREE, coexist_size_parse, usage);
}

/* Finds what is reached, and what of the level before is still held. */
static void
search_all(struct search *search, const struct coexist_quota_usage *usages,
	   size_t count, const struct coexist_quota_level *before)
{
	struct candidate candidate;
	size_t i;

	for (i = 0; i < count; i++) {
		if (candidate_make(before, &usages[i], &candidate))
			candidate_raise(&search->before, &candidate);
	}
	for (i = 0; i < count; i++) {
		search_usage(search, &usages[i]);
		/* it may be in the lists no more */
		if (candidate_make(before, &usages[i], &candidate) &&
		    candidate_is_held(&candidate, search->rules->rearm))
			candidate_raise(&search->held, &candidate);
	}
}

/* Judging */

static bool
has_limit(const struct coexist_quota_usage *usages, size_t count)
{
	return coexist_quota_fullest(usages, count) != NULL;
}

static void
judge_first(const struct coexist_quota_rules *rules,
	    const struct search *search, uint64_t now,
	    struct coexist_quota_verdict *verdict)
{
	bool at_level = search->reached.level.kind != COEXIST_QUOTA_LEVEL_NONE;

	verdict->reason = at_level ? COEXIST_QUOTA_REASON_FIRST_LOOK :
		COEXIST_QUOTA_REASON_BELOW;
	verdict->state.known = true;
	verdict->state.level = search->reached.level;
	verdict->state.level_at = at_level ? now : 0;
	verdict->state.told_at = 0;
	if (at_level && rules->tell_first) {
		verdict->action = COEXIST_QUOTA_TELL_LEVEL;
		verdict->state.told_at = now;
	}
}

static void judge_higher(uint64_t now, const struct search *search,
			 struct coexist_quota_verdict *verdict)
{
	verdict->action = COEXIST_QUOTA_TELL_LEVEL;
	verdict->reason = COEXIST_QUOTA_REASON_HIGHER;
	verdict->state.level = search->reached.level;
	verdict->state.level_at = verdict->state.told_at = now;
}

static void forget(struct coexist_quota_verdict *verdict)
{
	verdict->state.level.kind = COEXIST_QUOTA_LEVEL_NONE;
	verdict->state.level.number = 0;
	verdict->state.level_at = verdict->state.told_at = 0;
}

static void judge_below(const struct coexist_quota_rules *rules,
			struct coexist_quota_verdict *verdict)
{
	verdict->reason = COEXIST_QUOTA_REASON_LEFT;
	if (rules->recovered && verdict->state.told_at != 0)
		verdict->action = COEXIST_QUOTA_TELL_RECOVERED;
	forget(verdict);
}

/* Returns how many seconds ago something was said, or would have been. */
static uint64_t
silence_length(const struct coexist_quota_state *state, uint64_t now)
{
	uint64_t level, told;

	if (!coexist_time_since(state->level_at, now, &level))
		level = UINT64_MAX;
	if (!coexist_time_since(state->told_at, now, &told))
		told = UINT64_MAX;
	return told < level ? told : level;
}

static void judge_repeat(const struct coexist_quota_rules *rules,
			 const struct search *search, uint64_t now,
			 struct coexist_quota_verdict *verdict)
{
	if (rules->repeat == 0 ||
	    search->reached.level.kind == COEXIST_QUOTA_LEVEL_NONE)
		return;
	if (silence_length(&verdict->state, now) < rules->repeat) {
		verdict->reason = COEXIST_QUOTA_REASON_REPEAT_EARLY;
		return;
	}
	verdict->action = COEXIST_QUOTA_TELL_REMINDER;
	verdict->reason = COEXIST_QUOTA_REASON_REPEAT_DUE;
	verdict->state.told_at = now;
}

static void judge_known(const struct coexist_quota_rules *rules,
			const struct search *search, uint64_t now,
			struct coexist_quota_verdict *verdict)
{
	const struct candidate *kept = &search->reached;

	verdict->reason = COEXIST_QUOTA_REASON_REMEMBERED;
	if (kept->level.kind != COEXIST_QUOTA_LEVEL_NONE &&
	    (search->before.level.kind == COEXIST_QUOTA_LEVEL_NONE ||
	     kept->height > search->before.height)) {
		judge_higher(now, search, verdict);
		return;
	}
	if (search->held.level.kind != COEXIST_QUOTA_LEVEL_NONE &&
	    (kept->level.kind == COEXIST_QUOTA_LEVEL_NONE ||
	     search->held.height > kept->height)) {
		kept = &search->held;
		verdict->reason = COEXIST_QUOTA_REASON_HELD;
	}
	if (kept->level.kind != COEXIST_QUOTA_LEVEL_NONE) {
		verdict->state.level = kept->level;
		judge_repeat(rules, search, now, verdict);
	} else if (verdict->state.level.kind != COEXIST_QUOTA_LEVEL_NONE) {
		judge_below(rules, verdict);
	} else {
		verdict->reason = COEXIST_QUOTA_REASON_BELOW;
	}
}

bool coexist_quota_levels_are_equal(const struct coexist_quota_level *a,
				    const struct coexist_quota_level *b)
{
	return a->kind == b->kind && a->number == b->number;
}

static bool
states_are_equal(const struct coexist_quota_state *a,
		 const struct coexist_quota_state *b)
{
	return a->known == b->known &&
		coexist_quota_levels_are_equal(&a->level, &b->level) &&
		a->level_at == b->level_at && a->told_at == b->told_at;
}

void coexist_quota_judge(const struct coexist_quota_rules *rules,
			 const struct coexist_quota_usage *usages,
			 size_t count,
			 const struct coexist_quota_state *before,
			 uint64_t now, struct coexist_quota_verdict *verdict_r)
{
	struct search search = { .rules = rules };

	memset(verdict_r, 0, sizeof(*verdict_r));
	verdict_r->state = *before;
	if (has_limit(usages, count)) {
		search_all(&search, usages, count, &before->level);
		if (!before->known)
			judge_first(rules, &search, now, verdict_r);
		else
			judge_known(rules, &search, now, verdict_r);
	} else if (before->known) {
		forget(verdict_r);
	}
	verdict_r->level = search.reached.level;
	if (verdict_r->action == COEXIST_QUOTA_TELL_RECOVERED)
		verdict_r->usage = coexist_quota_fullest(usages, count);
	else if (verdict_r->action != COEXIST_QUOTA_TELL_NOTHING)
		verdict_r->usage = search.reached.usage;
	verdict_r->changed = !states_are_equal(before, &verdict_r->state);
}

struct coexist_quota_level
coexist_quota_reached(const struct coexist_quota_rules *rules,
		      const struct coexist_quota_usage *usages, size_t count,
		      const struct coexist_quota_usage **usage_r)
{
	static const struct coexist_quota_level none;
	struct search search = { .rules = rules };

	search_all(&search, usages, count, &none);
	*usage_r = search.reached.usage;
	return search.reached.level;
}
