/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in until-notice.h. */

#include "lib.h"
#include "until-notice.h"
#include "ioloop.h"
#include "mail-user.h"
#include "coexist-event.h"
#include "end-notice.h"
#include "mailbox-state.h"
#include "policy-handover.h"
#include "session-end.h"
#include "session-guard.h"
#include "session-policy.h"
#include "until-step.h"
#include "use-note.h"

/* What is to be told, and what was. */
struct claim {
	struct coexist_end_notice notice;
	const char *name;
	uint64_t step;
	/* NULL if nothing was told yet */
	const char *before;
	bool is_due;
};

/* Returns TRUE if this step, or a later one, was told of the same end. */
static bool was_told(const struct claim *claim, const char *told)
{
	const char *const *words = t_strsplit(told == NULL ? "" : told, " ");
	uint64_t day, step;

	return str_array_length(words) == 2 &&
		str_to_uint64(words[0], &day) == 0 &&
		str_to_uint64(words[1], &step) == 0 &&
		day == claim->notice.day && step <= claim->step;
}

static unsigned int
claim_decide(const char *text, struct coexist_state_value *values_r,
	     void *context)
{
	struct claim *claim = context;

	claim->before = coexist_state_text_get(text, claim->name);
	claim->is_due = !was_told(claim, claim->before);
	if (!claim->is_due)
		return 0;
	values_r->name = claim->name;
	values_r->value = t_strdup_printf("%"PRIu64" %"PRIu64,
					  claim->notice.day, claim->step);
	return 1;
}

/* It is said again, as nobody was told. */
static void claim_undo(struct mail_user *user, const struct claim *claim)
{
	const struct coexist_state_value value = {
		claim->name, claim->before == NULL ? "" : claim->before
	};

	(void)coexist_mailbox_state_set(user, &value, 1);
}

/* Finds the end by what the gate has handed over, else by the session's policy. */
static void
notice_find(struct mail_user *user, const struct coexist_policy *policy,
	    struct coexist_end_notice *notice_r)
{
	const char *items[COEXIST_HANDOVER_ITEM_COUNT] = { NULL };
	const char *handover = coexist_handover_find(user->userdb_fields);
	const char *until, *instead;

	if (handover != NULL)
		coexist_handover_read_items(handover, items);
	until = items[COEXIST_HANDOVER_UNTIL];
	instead = items[COEXIST_HANDOVER_INSTEAD];
	notice_r->protocol = coexist_use_protocol(user);
	notice_r->reason = coexist_policy_text(policy, COEXIST_KEY_deny_text);
	if (until == NULL || str_to_uint64(until, &notice_r->day) < 0) {
		notice_r->day = coexist_policy_number(policy,
			coexist_protocol_until(notice_r->protocol));
	}
	notice_r->instead = instead != NULL ? coexist_protocol_find(instead) :
		coexist_protocol_instead(policy, notice_r->protocol,
					 notice_r->day);
}

/* Returns TRUE if a step has come. */
static bool claim_find(struct mail_user *user, struct claim *claim_r)
{
	const struct coexist_policy *policy = coexist_session_policy_get(user);

	i_zero(claim_r);
	notice_find(user, policy, &claim_r->notice);
	claim_r->name = t_strdup_printf("%s_until_told",
		coexist_protocol_name(claim_r->notice.protocol));
	return coexist_until_step(
		coexist_policy_text(policy, COEXIST_KEY_until_notice),
		claim_r->notice.day, (uint64_t)ioloop_time, &claim_r->step);
}

static void tell(struct mail_user *user)
{
	struct claim claim;

	if (!claim_find(user, &claim) ||
	    coexist_mailbox_state_update(user, claim_decide, &claim) < 0 ||
	    !claim.is_due)
		return;
	coexist_trace(user, "Tells the owner that %s ends, %"PRIu64
		      " s before that",
		      coexist_protocol_label(claim.notice.protocol), claim.step);
	if (coexist_end_notice_send(user, &claim.notice) < 0)
		claim_undo(user, &claim);
}

static void until_notice_end(struct mail_user *user)
{
	T_BEGIN {
		tell(user);
	} T_END;
}

void coexist_until_notice_user_created(struct mail_user *user)
{
	const char *steps = coexist_policy_text(coexist_session_policy_get(user),
						COEXIST_KEY_until_notice);
	struct claim claim;

	/* with log_only, nothing ends */
	if (*steps == '\0' || user->autocreated ||
	    coexist_use_protocol(user) == COEXIST_PROTOCOL_OTHER ||
	    !coexist_guard_is_owner(user) ||
	    coexist_guard_get_mode(user) == COEXIST_GUARD_LOG_ONLY)
		return;
	T_BEGIN {
		if (claim_find(user, &claim))
			(void)coexist_session_end_add(user, until_notice_end);
	} T_END;
}
