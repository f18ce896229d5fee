/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in retention-brake.h. */

#include "retention-brake.h"
#include "coexist/day.h"
#include "time-since.h"

#include <string.h>

/* Returns true if messages would go earlier, or farther, than by the policy
   before. */
static bool is_harsher(const struct coexist_brake_run *run,
		       const struct coexist_brake_state *before)
{
	return before->keep_days == 0 || run->keep_days < before->keep_days ||
		(run->deletes && !before->deletes);
}

/* Returns true if too many messages are due that nobody was told of. */
static bool is_too_much(const struct coexist_brake_run *run,
			const struct coexist_brake_state *before)
{
	uint64_t untold = run->due > before->told_count ?
		run->due - before->told_count :
		0;

	return untold > COEXIST_BRAKE_MANY && untold > run->messages / 4;
}

static bool is_waiting(const struct coexist_brake_run *run,
		       const struct coexist_brake_state *state)
{
	return state->told_at != 0 && run->now < state->until;
}

static void judge_tell(const struct coexist_brake_run *run,
		       struct coexist_brake_verdict *verdict)
{
	verdict->action = COEXIST_BRAKE_TELL;
	verdict->state.told_at = run->now;
	verdict->state.until =
		run->now + run->notice_days * COEXIST_SECS_PER_DAY;
	verdict->state.told_count = run->due;
}

/* Nobody can be told how many go: what becomes due later by a harsher policy is
   announced then, so the policy before is what is remembered. */
static void judge_nothing_due(const struct coexist_brake_run *run,
			      const struct coexist_brake_state *before,
			      struct coexist_brake_verdict *verdict)
{
	/* what the owner flagged for now may be due again before the time is
	   over that was promised */
	if (!is_waiting(run, before))
		verdict->state = coexist_brake_settled(run);
	if (is_harsher(run, before)) {
		verdict->state.keep_days = before->keep_days;
		verdict->state.deletes = before->deletes;
	}
}

static void judge(const struct coexist_brake_run *run,
		  const struct coexist_brake_state *before,
		  struct coexist_brake_verdict *verdict)
{
	verdict->state = *before;
	verdict->state.keep_days = run->keep_days;
	verdict->state.deletes = run->deletes;
	if (run->due == 0)
		judge_nothing_due(run, before, verdict);
	else if (is_harsher(run, before) || is_too_much(run, before))
		judge_tell(run, verdict);
	else if (is_waiting(run, before))
		verdict->action = COEXIST_BRAKE_WAIT;
	else if (before->told_count > run->due)
		/* the others went: who comes later was not told of */
		verdict->state.told_count = run->due;
}

/* Returns false if the owner was told at a time that has not come yet. */
static bool is_of_the_past(const struct coexist_brake_state *state, uint64_t now)
{
	uint64_t passed;

	return state->told_at == 0 ||
		coexist_time_since(state->told_at, now, &passed);
}

bool coexist_brake_states_are_equal(const struct coexist_brake_state *a,
				    const struct coexist_brake_state *b)
{
	return a->keep_days == b->keep_days && a->deletes == b->deletes &&
		a->told_at == b->told_at && a->until == b->until &&
		a->told_count == b->told_count;
}

void coexist_brake_judge(const struct coexist_brake_run *run,
			 const struct coexist_brake_state *before,
			 struct coexist_brake_verdict *verdict_r)
{
	static const struct coexist_brake_state unknown;

	memset(verdict_r, 0, sizeof(*verdict_r));
	verdict_r->action = COEXIST_BRAKE_GO;
	if (run->notice_days == 0) {
		verdict_r->state = *before;
		return;
	}
	judge(run, is_of_the_past(before, run->now) ? before : &unknown,
	      verdict_r);
	verdict_r->changed = !coexist_brake_states_are_equal(before,
							     &verdict_r->state);
}

struct coexist_brake_state
coexist_brake_settled(const struct coexist_brake_run *run)
{
	const struct coexist_brake_state settled = {
		.keep_days = run->keep_days, .deletes = run->deletes
	};

	return settled;
}
