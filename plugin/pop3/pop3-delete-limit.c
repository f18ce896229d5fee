/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-delete-limit.h. */

#include "lib.h"
#include "ioloop.h"
#include "mail-storage.h"
#include "mail-user.h"
#include "time-util.h"
#include "mailbox-state.h"
#include "notice.h"
#include "notice-text.h"
#include "pop3-delete-limit.h"
#include "time-since.h"

/* A program that deletes everything does it each time it looks. */
#define TELL_INTERVAL_SECS (24 * 60 * 60)

/* When the owner was told last, in seconds since 1970 */
#define STATE_TOLD "pop3_delete_limit_told"

static const char builtin_text[] =
"Subject: {count} deleted messages were kept\n"
"\n"
"On {date} a mail program deleted {count} messages from the mailbox\n"
"{user} in one go. To protect you from an accident, at\n"
"most {limit} are deleted that way at once. So nothing was deleted.\n"
"\n"
"They are still in your inbox. Webmail and programs that use IMAP show them;\n"
"programs that use POP3 do not show them any more.\n"
"\n"
"If you want to delete them, do so in webmail or in a program that uses\n"
"IMAP. If POP3 is to show them again, ask your mail administrator and\n"
"name this reference: {session}\n";

enum outcome {
	OUTCOME_TOLD,
	OUTCOME_TOLD_BEFORE,
	OUTCOME_FAILED
};

static const char *const outcomes[] = {
	[OUTCOME_TOLD] = "the owner was told",
	[OUTCOME_TOLD_BEFORE] = "the owner was told within the last 24 hours",
	[OUTCOME_FAILED] = "the owner could not be told"
};
_Static_assert(N_ELEMENTS(outcomes) == OUTCOME_FAILED + 1,
	       "an outcome has no words");

/* The claim to be the one to tell the owner, of several sessions that end at the
   same time. */
struct claim {
	const char *now;
	/* what is to be said again if nobody was told after all */
	const char *before;
	bool told_before;
};

static bool is_recent(const char *told)
{
	uint64_t when, passed;

	return told != NULL && str_to_uint64(told, &when) == 0 &&
		coexist_time_since(when, (uint64_t)ioloop_time, &passed) &&
		passed < TELL_INTERVAL_SECS;
}

static unsigned int
claim_decide(const char *text, struct coexist_state_value *values_r,
	     void *context)
{
	struct claim *claim = context;

	claim->before = coexist_state_text_get(text, STATE_TOLD);
	claim->told_before = is_recent(claim->before);
	if (claim->told_before)
		return 0;
	values_r->name = STATE_TOLD;
	values_r->value = claim->now;
	return 1;
}

static void claim_undo(struct mail_user *user, const struct claim *claim)
{
	const struct coexist_state_value value = {
		STATE_TOLD, claim->before == NULL ? "0" : claim->before
	};

	(void)coexist_mailbox_state_set(user, &value, 1);
}

static int
notice_send(struct mail_user *user, unsigned int held, unsigned int limit)
{
	const struct coexist_notice_variable variables[] = {
		{ .name = "count", .value = dec2str(held) },
		{ .name = "limit", .value = dec2str(limit) },
		{ .name = "user", .value = user->username },
		{ .name = "date",
		  .value = t_strflocaltime("%Y-%m-%d %H:%M", ioloop_time) },
		{ .name = "session", .value = user->session_id }
	};
	const struct coexist_notice notice = {
		.kind = "pop3-delete-limit",
		.builtin = builtin_text,
		.variables = { variables, N_ELEMENTS(variables) }
	};

	struct coexist_notice_place place;
	struct mailbox *inbox;
	int ret;

	inbox = coexist_notice_inbox(user);
	ret = coexist_notice_send(inbox, &notice, &place);
	mailbox_free(&inbox);
	return ret;
}

static enum outcome
owner_tell(struct mail_user *user, unsigned int held, unsigned int limit)
{
	struct claim claim = { .now = dec2str(ioloop_time) };
	int claimed = coexist_mailbox_state_update(user, claim_decide, &claim);

	if (claim.told_before)
		return OUTCOME_TOLD_BEFORE;
	/* A claim that can't be remembered counts: an owner who wonders where
	   messages are is worse off than one who is told twice. */
	if (notice_send(user, held, limit) == 0)
		return OUTCOME_TOLD;
	if (claimed == 0)
		claim_undo(user, &claim);
	return OUTCOME_FAILED;
}

void pop3_delete_limit_tell(struct mail_user *user, unsigned int held,
			    unsigned int limit)
{
	enum outcome outcome;

	T_BEGIN {
		outcome = owner_tell(user, held, limit);
	} T_END;
	e_info(user->event, "coexist: Held: hid all %u messages that the "
	       "client deleted, pop3_delete_limit is %u; %s",
	       held, limit, outcomes[outcome]);
}
