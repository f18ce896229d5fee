/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in inbox-status.h. */

#include "lib.h"
#include "inbox-status.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-search-build.h"
#include "mail-storage-private.h"
#include "mailbox-state.h"
#include "mailbox-journal.h"
#include "keywords.h"
#include "policy-merge.h"
#include "session-policy.h"
#include "special-mailbox.h"
#include "state-file.h"

static int
journal_read(struct mail_user *user, pool_t pool,
	     struct coexist_inbox_status *status, const char **keyword_r)
{
	const struct coexist_journal_line *newest;
	struct coexist_journal journal;
	const char *error;

	if (coexist_journal_read(user, pool, &journal, &error) < 0) {
		e_error(user->event, "coexist: %s", error);
		return -1;
	}
	*keyword_r = coexist_journal_hidden_keyword(&journal);
	status->journal_size = journal.size;
	if (!array_is_empty(&journal.lines)) {
		newest = array_back(&journal.lines);
		status->journal_time = newest->time;
	}
	return 0;
}

static void
state_read(struct mail_user *user, struct coexist_inbox_status *status)
{
	const char *text, *login;
	uint64_t time;

	if (coexist_mailbox_state_read(user, &text) < 0)
		return;
	login = coexist_state_text_get(text, COEXIST_STATE_POP3_LOGIN);
	if (login != NULL && str_to_uint64(login, &time) == 0)
		status->pop3_login = (time_t)time;
}

static int
count_search(struct mailbox *box, struct mail_search_args *args,
	     struct coexist_inbox_count *count)
{
	struct mailbox_transaction_context *t;
	struct mail_search_context *search;
	struct mail *mail;
	uoff_t size;
	int ret;

	t = mailbox_transaction_begin(box, 0, "coexist status");
	search = mailbox_search_init(t, args, NULL, MAIL_FETCH_VIRTUAL_SIZE,
				     NULL);
	while (mailbox_search_next(search, &mail)) {
		count->messages++;
		if (mail_get_virtual_size(mail, &size) == 0)
			count->size += size;
	}
	ret = mailbox_search_deinit(&search);
	if (mailbox_transaction_commit(&t) < 0)
		ret = -1;
	return ret;
}

static int count_keyword(struct mailbox *box, const char *keyword,
			 struct coexist_inbox_count *count)
{
	struct mail_search_args *args = mail_search_build_init();
	int ret;

	mail_search_build_add(args, SEARCH_KEYWORDS)->value.str =
		p_strdup(args->pool, keyword);
	mail_search_args_init(args, box, FALSE, NULL);
	ret = count_search(box, args, count);
	mail_search_args_deinit(args);
	mail_search_args_unref(&args);
	return ret;
}

static int
inbox_count(struct mailbox *box, const char *keyword,
	    struct coexist_inbox_status *status)
{
	struct mailbox_metadata metadata;
	struct mailbox_status counts;

	if (mailbox_open(box) < 0 || mailbox_sync(box, 0) < 0 ||
	    mailbox_get_metadata(box, MAILBOX_METADATA_VIRTUAL_SIZE,
				 &metadata) < 0)
		return -1;
	mailbox_get_open_status(box, STATUS_MESSAGES, &counts);
	status->all.messages = counts.messages;
	status->all.size = metadata.virtual_size;
	return count_keyword(box, keyword, &status->hidden) < 0 ? -1 :
		count_keyword(box, POP3_DOWNLOADED_KEYWORD,
			      &status->downloaded);
}

/* Counts what is in the mailbox, if it is there. Returns 0, or -1 with the error in
   it. */
static int
target_count(struct mailbox *box, int ret, struct coexist_inbox_count *count)
{
	struct mailbox_metadata metadata;
	struct mailbox_status counts;

	if (ret < 0) {
		return mailbox_get_last_mail_error(box) == MAIL_ERROR_NOTFOUND ?
			0 : -1;
	}
	if (mailbox_sync(box, 0) < 0 ||
	    mailbox_get_metadata(box, MAILBOX_METADATA_VIRTUAL_SIZE,
				 &metadata) < 0)
		return -1;
	mailbox_get_open_status(box, STATUS_MESSAGES, &counts);
	count->messages = counts.messages;
	count->size = metadata.virtual_size;
	return 0;
}

/* Adds what POP3 may have deleted and is still there. */
static int
targets_read(struct mail_user *user, struct coexist_inbox_status *status)
{
	struct coexist_inbox_count *const counts[] = {
		&status->trash, &status->archive
	};
	static const enum coexist_delete actions[] = {
		COEXIST_DELETE_TRASH, COEXIST_DELETE_ARCHIVE
	};
	struct mailbox *box;
	unsigned int i;
	int ret, failed = 0;

	for (i = 0; i < N_ELEMENTS(actions); i++) {
		box = coexist_delete_target_find(user, actions[i], &ret);
		if (target_count(box, ret, counts[i]) < 0) {
			e_error(box->event, "coexist: %s",
				mailbox_get_last_internal_error(box,
							&status->error));
			failed = -1;
		}
		if (actions[i] == COEXIST_DELETE_TRASH) {
			status->trash_days =
				coexist_mailbox_autoexpunge_days(box);
		}
		mailbox_free(&box);
	}
	return failed;
}

static unsigned int keep_days_get(struct mail_user *user)
{
	const struct coexist_policy *policy = coexist_session_policy_get(user);

	return policy == NULL ? 0 :
		coexist_policy_number(policy, COEXIST_KEY_pop3_keep_days);
}

int coexist_inbox_status_read(struct mail_user *user,
			      struct coexist_inbox_status *status_r)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->namespaces);
	pool_t pool = pool_alloconly_create("coexist status", 4096);
	const char *keyword = POP3_HIDDEN_KEYWORD;
	struct mailbox *box;
	int ret;

	i_zero(status_r);
	ret = journal_read(user, pool, status_r, &keyword);
	if (ret < 0)
		status_r->error = MAIL_ERROR_TEMP;
	state_read(user, status_r);
	status_r->keep_days = keep_days_get(user);
	if (targets_read(user, status_r) < 0)
		ret = -1;
	box = mailbox_alloc(ns->list, "INBOX", 0);
	if (inbox_count(box, keyword, status_r) < 0) {
		e_error(box->event, "coexist: %s",
			mailbox_get_last_internal_error(box,
							&status_r->error));
		ret = -1;
	}
	mailbox_free(&box);
	pool_unref(&pool);
	return ret;
}
