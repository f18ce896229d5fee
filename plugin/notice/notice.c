/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in notice.h. */

#include "lib.h"
#include "notice.h"
#include "hostpid.h"
#include "ioloop.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "message-address.h"
#include "str.h"
#include "ascii-line.h"
#include "session-policy.h"
#include "notice-folders.h"
#include "notice-message.h"
#include "notice-save.h"
#include "policy-merge.h"
#include "coexist-event.h"

/* Finds the text in the user's language. *problem is as in notice-text.h. */
static void
text_find(struct mail_user *user, const struct coexist_notice *notice,
	  const char *const *folders, struct coexist_notice_text *text_r,
	  const char **problem)
{
	const struct coexist_policy *policy = coexist_session_policy_get(user);
	const char *language = policy == NULL ?
		coexist_policy_keys[COEXIST_KEY_language].default_value :
		coexist_policy_text(policy, COEXIST_KEY_language);

	coexist_notice_text_find(notice, folders, language, text_r, problem);
	coexist_trace(user, "Notice %s: text=%s language=%s "
		      "(asked for %s)", notice->kind,
		      text_r->file == NULL ? "built-in" : text_r->file,
		      text_r->language, language);
}

static void text_problem_log(struct mail_user *user, const char *problem)
{
	if (problem != NULL) {
		coexist_session_policy_warn_once(user, t_strconcat(
			"coexist: Text of a notice: ", problem, NULL));
	}
}

/* Returns the site's postmaster: who else could say what to do? */
static const struct message_address *sender_get(struct mail_user *user)
{
	const struct message_address *sender;
	struct message_address *fallback;
	const char *error;

	if (mail_user_get_postmaster_address(user, &sender, &error) &&
	    sender->domain != NULL && *sender->domain != '\0')
		return sender;
	fallback = t_new(struct message_address, 1);
	message_address_init(fallback, /*name=*/NULL, "postmaster",
			     my_hostdomain());
	return fallback;
}

static const string_t *
message_make(struct mail_user *user, const struct coexist_notice *notice)
{
	const char *const *folders = coexist_notice_folders_get(user);
	const char *problem = NULL;
	string_t *str = t_str_new(8192);
	struct coexist_notice_text text;
	const struct coexist_notice_message message = {
		.from = sender_get(user),
		.user = user->username,
		.kind = notice->kind,
		.text = &text,
		.date = ioloop_time
	};

	text_find(user, notice, folders, &text, &problem);
	coexist_notice_page_find(notice, folders, &text, &problem);
	text_problem_log(user, problem);
	coexist_notice_message_write(str, &message);
	return str;
}

struct mailbox *coexist_notice_inbox(struct mail_user *user)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->namespaces);

	return mailbox_alloc(ns->list, "INBOX", MAILBOX_FLAG_IGNORE_ACLS);
}

/* Returns by what the state knows where the last notice of its kind is. */
static const char *place_name(const struct coexist_notice *notice)
{
	return notice->place_name != NULL ? notice->place_name :
		t_str_replace(t_strconcat(notice->kind, COEXIST_NOTICE_PLACE_END, NULL),
			      '-', '_');
}

int coexist_notice_send(struct mailbox *inbox,
			const struct coexist_notice *notice,
			struct coexist_notice_place *place_r)
{
	struct mail_user *user = inbox->storage->user;
	int ret;

	T_BEGIN {
		ret = coexist_notice_save(inbox, message_make(user, notice),
					  place_r);
	} T_END;
	if (ret < 0) {
		e_warning(inbox->event, "coexist: Can't put the notice %s into "
			  "INBOX: %s", notice->kind,
			  mailbox_get_last_internal_error(inbox, NULL));
	} else if (place_r->uid != 0) T_BEGIN {
		coexist_notice_replace(inbox, place_name(notice), place_r);
	} T_END;
	return ret;
}

static const char *alert_of(const struct coexist_notice_words *words)
{
	return words->alert != NULL ? words->alert : words->subject;
}

const char *coexist_notice_alert(struct mail_user *user,
				 const struct coexist_notice *notice)
{
	const char *const *folders = coexist_notice_folders_get(user);
	struct coexist_notice_text text;
	const char *line, *error, *problem = NULL;

	text_find(user, notice, folders, &text, &problem);
	text_problem_log(user, problem);
	if (!coexist_ascii_line(alert_of(&text.words), &line) &&
	    coexist_notice_text_parse(notice->builtin, &notice->variables,
				      &text.words, &error))
		(void)coexist_ascii_line(alert_of(&text.words), &line);
	return line;
}
