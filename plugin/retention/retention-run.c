/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in retention-run.h. */

#include "lib.h"
#include "retention-run.h"
#include "mail-storage-private.h"
#include "coexist-event.h"
#include "session-policy.h"

bool coexist_retention_is_stopped(struct coexist_retention *ret)
{
	if (!ret->stopped)
		ret->stopped = ret->is_stopped();
	return ret->stopped;
}

static bool action_moves(enum coexist_delete action)
{
	return action != COEXIST_DELETE_EXPUNGE &&
		action != COEXIST_DELETE_HIDE;
}

enum coexist_delete
coexist_retention_action(const struct coexist_policy *policy)
{
	enum coexist_delete action =
		coexist_policy_number(policy, COEXIST_KEY_pop3_delete);

	return !action_moves(action) &&
		coexist_session_policy_is_chosen(policy,
			COEXIST_KEY_pop3_keep_days) ?
		COEXIST_DELETE_TRASH : action;
}

bool coexist_retention_is_moving(const struct coexist_retention *ret)
{
	return action_moves(ret->action);
}

enum coexist_brake_action
coexist_retention_judge(struct coexist_retention *ret, unsigned int due,
			unsigned int messages)
{
	struct coexist_brake_run *run = &ret->announcement.run;

	run->keep_days = ret->result->keep_days;
	run->deletes = !coexist_retention_is_moving(ret);
	run->due = due;
	run->messages = messages;
	coexist_announcement_judge(&ret->announcement);
	return ret->announcement.verdict.action;
}

bool coexist_retention_has_work(const struct coexist_retention *ret,
				unsigned int due)
{
	const struct coexist_brake_verdict *verdict =
		&ret->announcement.verdict;

	return verdict->changed ||
		(verdict->action == COEXIST_BRAKE_GO && due > 0);
}

void coexist_retention_trace(const struct coexist_retention *ret,
			     unsigned int due, unsigned int messages)
{
	static const char *const names[] = {
		[COEXIST_BRAKE_GO] = "go",
		[COEXIST_BRAKE_WAIT] = "wait, as the owner was told",
		[COEXIST_BRAKE_TELL] = "wait until the owner was told"
	};

	_Static_assert(N_ELEMENTS(names) == COEXIST_BRAKE_TELL + 1,
		       "the brake has an action without a name");
	coexist_trace(ret->user, "pop3_keep_days=%u: %u of %u messages are due "
		      "and %s", ret->result->keep_days, due, messages,
		      names[ret->announcement.verdict.action]);
}

void coexist_retention_fail(struct coexist_retention *ret, struct mailbox *box)
{
	const char *error = mailbox_get_last_internal_error(box,
							    &ret->result->error);

	e_error(ret->box->event, "coexist: Can't expire messages: %s", error);
}
