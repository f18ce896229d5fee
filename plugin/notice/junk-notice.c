/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in junk-notice.h. */

#include "lib.h"
#include "junk-notice.h"
#include "ioloop.h"
#include "mail-storage-private.h"
#include "time-util.h"
#include "coexist/day.h"
#include "coexist-event.h"
#include "junk-folder.h"
#include "junk-memory.h"
#include "mailbox-state.h"
#include "notice.h"
#include "policy-merge.h"
#include "session-end.h"
#include "session-guard.h"
#include "session-policy.h"

static const char builtin_text[] =
"Subject: {count} new {count|message|messages} in your junk folder\n"
"\n"
"Since {since}, {count} new {count|message has|messages have} come into\n"
"the folder {folder} of the mailbox {user}. It is for what\n"
"looks like junk mail, and POP3 does not show it.\n"
"\n"
"The newest {listed}, by the domain and the subject that they claim:\n"
"\n"
"{messages}\n"
"\n"
"To see them, use the webmail, or set the mailbox up by IMAP.\n";

/* What is remembered, and what is to be instead. */
struct claim {
	const char *before, *after;
	bool is_ours;
};

static uint64_t key_number(struct mail_user *user, enum coexist_key key)
{
	return coexist_policy_number(coexist_session_policy_get(user), key);
}

/* Of several sessions that end at once, one finds what it has judged by. */
static unsigned int
claim_decide(const char *text, struct coexist_state_value *values_r,
	     void *context)
{
	struct claim *claim = context;

	claim->is_ours = null_strcmp(claim->before,
		coexist_state_text_get(text, COEXIST_STATE_JUNK_NOTICE)) == 0;
	if (!claim->is_ours)
		return 0;
	values_r->name = COEXIST_STATE_JUNK_NOTICE;
	values_r->value = claim->after;
	return 1;
}

/* Returns TRUE if this is remembered now, and nobody else was faster. */
static bool
remember(struct mail_user *user, const char *before,
	 const struct coexist_junk_memory *memory)
{
	struct claim claim = {
		.before = before,
		.after = coexist_junk_memory_format(memory)
	};

	return coexist_mailbox_state_update(user, claim_decide, &claim) == 0 &&
		claim.is_ours;
}

/* It is told again, as nobody was told. */
static void forget(struct mail_user *user, const char *before)
{
	const struct coexist_state_value value = {
		COEXIST_STATE_JUNK_NOTICE, before
	};

	(void)coexist_mailbox_state_set(user, &value, 1);
}

static int
notice_send(struct mail_user *user, const struct coexist_junk_folder *folder,
	    uint64_t since)
{
	const bool lists = folder->rows_count > 0;
	const struct coexist_notice_variable variables[] = {
		{ .name = "count", .value = dec2str(folder->count) },
		{ .name = "folder", .value = folder->name },
		{ .name = "since",
		  .value = t_strflocaltime("%Y-%m-%d", (time_t)since) },
		{ .name = "listed",
		  .value = lists ? dec2str(folder->rows_count) : "" },
		{ .name = "messages", .value = "", .rows = folder->rows,
		  .rows_count = folder->rows_count },
		{ .name = "user", .value = user->username },
		{ .name = "date",
		  .value = t_strflocaltime("%Y-%m-%d %H:%M", ioloop_time) }
	};
	const struct coexist_notice notice = {
		.kind = "junk",
		.builtin = builtin_text,
		.variables = { variables, N_ELEMENTS(variables) }
	};
	struct mailbox *inbox = coexist_notice_inbox(user);
	struct coexist_notice_place place;
	int ret = coexist_notice_send(inbox, &notice, &place);

	mailbox_free(&inbox);
	return ret;
}

static void
tell(struct mail_user *user, const char *before,
     const struct coexist_junk_memory *memory,
     const struct coexist_junk_folder *folder)
{
	struct coexist_junk_memory told = {
		.first = memory->first,
		.told = (uint64_t)ioloop_time,
		.next = (uint64_t)ioloop_time +
			key_number(user, COEXIST_KEY_junk_notice),
		.uidvalidity = folder->uidvalidity,
		.uid = folder->uidnext
	};

	if (!remember(user, before, &told))
		return;
	coexist_trace(user, "Tells the owner of %u new messages in %s",
		      folder->count, folder->name);
	if (notice_send(user, folder, memory->told) < 0)
		forget(user, before);
}

static void
count(struct mail_user *user, const char *before,
      const struct coexist_junk_memory *memory)
{
	struct coexist_junk_folder folder;
	struct coexist_junk_memory later =
		coexist_junk_memory_postponed(memory, (uint64_t)ioloop_time);
	int ret = coexist_junk_folder_look(user, memory->uidvalidity,
			memory->uid,
			key_number(user, COEXIST_KEY_junk_notice_list) != 0,
			&folder);

	if (ret > 0 && folder.count > 0) {
		tell(user, before, memory, &folder);
		return;
	}
	if (ret > 0) {
		/* what was read by now is not looked at again */
		later.uidvalidity = folder.uidvalidity;
		later.uid = folder.uidnext;
	}
	(void)remember(user, before, &later);
}

static void begin(struct mail_user *user, const char *before)
{
	const uint64_t now = (uint64_t)ioloop_time;
	struct coexist_junk_folder folder;
	struct coexist_junk_memory memory = {
		.first = now,
		.told = now,
		.next = now + COEXIST_JUNK_DAYS * COEXIST_SECS_PER_DAY
	};

	if (coexist_junk_folder_find(user, &folder) < 0)
		return;
	/* without such a mailbox, all that will be there is new */
	memory.uidvalidity = folder.uidvalidity;
	memory.uid = folder.uidnext;
	(void)remember(user, before, &memory);
}

static void look(struct mail_user *user)
{
	const uint64_t now = (uint64_t)ioloop_time;
	struct coexist_junk_memory memory, later;
	struct coexist_last_use use;
	const char *text, *before;

	if (coexist_mailbox_state_read(user, &text) < 0)
		return;
	before = coexist_state_text_get(text, COEXIST_STATE_JUNK_NOTICE);
	coexist_junk_memory_parse(before, &memory);
	coexist_last_use_parse(
		coexist_state_text_get(text, COEXIST_STATE_LAST_USE),
		coexist_day(ioloop_time), &use);
	switch (coexist_junk_judge(&memory, &use, now, key_number(user,
					COEXIST_KEY_junk_notice))) {
	case COEXIST_JUNK_WAIT:
		break;
	case COEXIST_JUNK_POSTPONE:
		later = coexist_junk_memory_postponed(&memory, now);
		(void)remember(user, before, &later);
		break;
	case COEXIST_JUNK_BEGIN:
		begin(user, before);
		break;
	case COEXIST_JUNK_COUNT:
		count(user, before, &memory);
		break;
	}
}

static void junk_notice_end(struct mail_user *user)
{
	T_BEGIN {
		look(user);
	} T_END;
}

void coexist_junk_notice_user_created(struct mail_user *user)
{
	if (strcmp(user->service, "pop3") == 0 && !user->autocreated &&
	    key_number(user, COEXIST_KEY_junk_notice) != 0 &&
	    coexist_guard_is_owner(user))
		(void)coexist_session_end_add(user, junk_notice_end);
}
