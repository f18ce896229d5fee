/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in use-note.h. */

#include "lib.h"
#include "use-note.h"
#include "ioloop.h"
#include "mail-namespace.h"
#include "mail-user.h"
#include "coexist-event.h"
#include "coexist/day.h"
#include "compat-settings.h"
#include "last-use.h"
#include "mailbox-state.h"
#include "policy-value.h"
#include "policy-handover.h"
#include "session-guard.h"
#include "session-policy.h"
#include "user-hooks.h"

struct use_note {
	enum coexist_protocol protocol;
	uint64_t today;
	const char *address;
};

/* Sets the line if the use is not noted yet. */
static unsigned int
note_decide(const char *text, struct coexist_state_value *values_r,
	    void *context)
{
	const struct use_note *note = context;
	struct coexist_last_use use;

	coexist_last_use_parse(
		coexist_state_text_get(text, COEXIST_STATE_LAST_USE),
		note->today, &use);
	if (!coexist_last_use_note(&use, note->protocol, note->today,
				   note->address))
		return 0;
	values_r[0].name = COEXIST_STATE_LAST_USE;
	values_r[0].value = coexist_last_use_format(&use);
	return 1;
}

/* Returns TRUE if the policy has a question that the note answers: whether the
   mailbox is used by POP3, or by anything but POP3. */
static bool policy_asks(struct mail_user *user)
{
	const struct coexist_policy *policy = coexist_session_policy_get(user);

	if (policy == NULL)
		return FALSE;
	if (strcmp(user->service, "imap") == 0 &&
	    coexist_policy_number(policy, COEXIST_KEY_junk_notice) != 0)
		return TRUE;
	return strcmp(user->service, "pop3") == 0 &&
		coexist_policy_number(policy, COEXIST_KEY_sent_copy) ==
		COEXIST_SENT_COPY_POP3;
}

/* Returns what the site wants to be noted. */
static enum coexist_note_last_use setting_get(struct mail_user *user)
{
	const struct coexist_policy_key *info =
		&coexist_site_settings[COEXIST_SITE_note_last_use];
	struct coexist_value value;

	if (coexist_value_parse(info, coexist_site_setting_get(user,
					COEXIST_SITE_note_last_use),
				&value) == COEXIST_VALUE_VALID)
		return value.number;
	e_warning(user->event, "coexist: Ignoring unknown value of "
		  COEXIST_KEY_PREFIX"%s (expected %s)", info->name,
		  info->expected);
	return COEXIST_NOTE_LAST_USE_NO;
}

static void
note_write(struct mail_user *user, struct use_note *note, const char *text)
{
	struct coexist_state_value values[1];
	enum coexist_note_last_use setting;
	const char *error;

	/* most logins are not the first of their day */
	if (note_decide(text, values, note) == 0)
		return;
	setting = setting_get(user);
	if (setting == COEXIST_NOTE_LAST_USE_NO && !policy_asks(user))
		return;
	if (setting == COEXIST_NOTE_LAST_USE_ADDRESS) {
		note->address =
			coexist_last_use_address(user->conn.remote_ip);
	}
	if (coexist_mailbox_state_try_update(user, note_decide, note,
					     &error) < 0) {
		e_warning(user->event, "coexist: Can't note that the mailbox "
			  "was used: %s", error);
	} else {
		coexist_trace(user, "The use of the mailbox is noted");
	}
}

enum coexist_protocol coexist_use_protocol(const struct mail_user *user)
{
	const char *handover = coexist_handover_find(user->userdb_fields);

	return handover != NULL && coexist_handover_is_webmail(handover) ?
		COEXIST_PROTOCOL_WEBMAIL : coexist_protocol_find(user->service);
}

void coexist_use_note_namespaces_created(struct mail_namespace *namespaces)
{
	struct mail_user *user = namespaces->user;
	struct use_note note = {
		.protocol = coexist_use_protocol(user),
		.today = coexist_day(ioloop_time),
		.address = ""
	};
	const char *text;

	if (note.protocol == COEXIST_PROTOCOL_OTHER || user->autocreated ||
	    user->error != NULL || !coexist_guard_is_owner(user) ||
	    coexist_guard_get_reason(user) != NULL)
		return;
	T_BEGIN {
		if (coexist_mailbox_state_try_read(user, &text))
			note_write(user, &note, text);
	} T_END;
}

int coexist_use_noted_read(struct mail_user *user,
			   struct coexist_use_noted *noted_r)
{
	const char *text;
	int ret = coexist_mailbox_state_read(user, &text);

	coexist_trace(user, "Reads the last use");
	coexist_last_use_parse(
		coexist_state_text_get(text, COEXIST_STATE_LAST_USE),
		coexist_day(ioloop_time), &noted_r->last);
	noted_r->is_off = setting_get(user) == COEXIST_NOTE_LAST_USE_NO;
	return ret;
}

void coexist_use_note_user_created(struct mail_user *user)
{
	if (policy_asks(user))
		coexist_user_hooks_add(user, COEXIST_HOOKS_USE_NOTE);
}
