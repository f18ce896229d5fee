/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in retention.h. */

#include "lib.h"
#include "retention.h"
#include "array.h"
#include "file-lock.h"
#include "ioloop.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "coexist-event.h"
#include "index-root.h"
#include "mailbox-same.h"
#include "private-flags.h"
#include "retention-batch.h"
#include "retention-due.h"
#include "retention-count.h"
#include "retention-run.h"
#include "session-changes.h"
#include "session-policy.h"
#include "special-mailbox.h"

#define LOCK_NAME "dovecot-coexist.expire.lock"

/* After how many messages that are looked at it is asked whether to stop. */
#define STOP_INTERVAL 256

/* What is due */

static void scan(struct coexist_retention *ret)
{
	struct mailbox_transaction_context *t;
	struct mail *mail;
	uint32_t seq, count, downloaded;

	/* looking at a save date writes nothing to the cache */
	t = mailbox_transaction_begin(ret->box,
				      MAILBOX_TRANSACTION_FLAG_NO_CACHE_DEC,
				      "coexist expire");
	mail = mail_alloc(t, 0, NULL);
	count = mail_index_view_get_messages_count(t->view);
	for (seq = 1; seq <= count; seq++) {
		if (seq % STOP_INTERVAL == 0 &&
		    coexist_retention_is_stopped(ret))
			break;
		downloaded = coexist_due_since(ret, mail, seq);
		if (downloaded == 0)
			continue;
		mail_set_seq(mail, seq);
		array_push_back(&ret->due, &mail->uid);
		if (ret->dry_run)
			coexist_result_add(ret, mail, downloaded);
	}
	mail_free(&mail);
	/* Empty, and 2.3's replication plugin frees what it has at a commit. */
	(void)mailbox_transaction_commit(&t);
}

/* Whether it may go */

static enum coexist_brake_action judge(struct coexist_retention *ret)
{
	return coexist_retention_judge(ret, array_count(&ret->due),
		mail_index_view_get_messages_count(ret->box->view));
}

/* Returns why nothing is moved to the mailbox that it is in, and the remedy. */
static const char *same_mailbox_text(enum coexist_delete action)
{
	return action == COEXIST_DELETE_TRASH ?
		"That is the mailbox that they are in; give special_use = "
		"\\Trash to another one" :
		"That is the mailbox that they are in; let archive_mailbox "
		"name another one";
}

static int target_open(struct coexist_retention *ret)
{
	struct coexist_retention_result *result = ret->result;
	int status;

	if (!coexist_retention_is_moving(ret))
		return 0;
	ret->target = coexist_delete_target_open(ret->user, ret->action,
						 &status);
	if (status < 0) {
		ret->error_text = i_strdup(
			mailbox_get_last_internal_error(ret->target,
							&result->error));
	} else if (coexist_mailbox_is_same(ret->target, ret->box)) {
		ret->error_text = i_strdup(same_mailbox_text(ret->action));
		result->error = MAIL_ERROR_NOTPOSSIBLE;
		status = -1;
	}
	if (status < 0)
		result->stayed = array_count(&ret->due);
	return status;
}

/* Removes all that is due, unless it is stopped. By then it has to be remembered
   how long messages are kept here. */
static int remove_due(struct coexist_retention *ret)
{
	if (coexist_announcement_remember(&ret->announcement) < 0) {
		coexist_result_wait(ret, 0);
		ret->result->error = MAIL_ERROR_TEMP;
		return -1;
	}
	if (coexist_retention_batches_run(ret) < 0 || ret->result->stayed > 0)
		return -1;
	if (!ret->stopped)
		coexist_announcement_end(&ret->announcement);
	return 0;
}

static int announce(struct coexist_retention *ret)
{
	const char *target = ret->target == NULL ? NULL :
		mailbox_get_vname(ret->target);
	int status = coexist_announcement_make(&ret->announcement, target);

	coexist_result_wait(ret, status < 0 ? 0 :
		    ret->announcement.verdict.state.until);
	if (status < 0)
		ret->result->error = MAIL_ERROR_TEMP;
	return status;
}

static int announce_or_remove(struct coexist_retention *ret)
{
	int status = target_open(ret);

	if (status == 0) {
		status = ret->announcement.verdict.action ==
			COEXIST_BRAKE_TELL ? announce(ret) : remove_due(ret);
	}
	if (ret->result->stayed > 0) {
		e_warning(ret->box->event, "coexist: Can't move messages that "
			  "expired to %s, so they stay: %s",
			  mailbox_get_vname(ret->target), ret->error_text);
	}
	return status;
}

/* Looks again, now that nobody else is at it, and does what is to be done. */
static int run_alone(struct coexist_retention *ret)
{
	enum coexist_brake_action action;

	if (mailbox_sync(ret->box, 0) < 0) {
		coexist_retention_fail(ret, ret->box);
		return -1;
	}
	array_clear(&ret->due);
	scan(ret);
	action = judge(ret);
	if (coexist_retention_is_stopped(ret))
		return 0;
	if (action == COEXIST_BRAKE_WAIT)
		coexist_result_wait(ret, ret->announcement.verdict.state.until);
	else if (array_count(&ret->due) > 0)
		return announce_or_remove(ret);
	/* nothing goes, so it does no harm if it can't be remembered */
	(void)coexist_announcement_remember(&ret->announcement);
	return 0;
}

static int
lock_create(struct coexist_retention *ret, struct file_lock **lock_r,
	    const char **error_r)
{
	/* Dovecot would put it into the folder of the index, and there is none */
	if (mail_index_is_in_memory(ret->box->index)) {
		return coexist_index_root_lock(ret->user, LOCK_NAME, lock_r,
					       error_r);
	}
	return mailbox_lock_file_create(ret->box, LOCK_NAME,
					/* lock_secs */ 0, lock_r, error_r);
}

/* Two at once would copy messages twice, and tell the owner twice. */
static enum coexist_retention_status run_locked(struct coexist_retention *ret)
{
	struct file_lock *lock;
	const char *error;
	int status;

	status = lock_create(ret, &lock, &error);
	if (status == 0) {
		coexist_trace(ret->user, "Nothing expires: another process is "
			      "at it");
		return COEXIST_RETENTION_BUSY;
	}
	if (status < 0) {
		e_error(ret->box->event, "coexist: Can't expire messages: %s",
			error);
		ret->result->error = MAIL_ERROR_TEMP;
		return COEXIST_RETENTION_FAILED;
	}
	status = run_alone(ret);
	file_lock_free(&lock);
	coexist_result_report(ret);
	return status < 0 ? COEXIST_RETENTION_FAILED : COEXIST_RETENTION_DONE;
}

static enum coexist_retention_status expire_in(struct coexist_retention *ret)
{
	enum coexist_retention_status status = COEXIST_RETENTION_DONE;
	enum coexist_brake_action action;

	ret->uidvalidity = mail_index_get_header(ret->box->view)->uid_validity;
	coexist_due_init(ret);
	i_array_init(&ret->due, 16);
	scan(ret);
	ret->announcement.box = ret->box;
	action = judge(ret);
	coexist_retention_trace(ret, array_count(&ret->due),
				ret->announcement.run.messages);
	if (!ret->dry_run && !coexist_retention_is_stopped(ret) &&
	    coexist_retention_has_work(ret, array_count(&ret->due)))
		status = run_locked(ret);
	else if (action != COEXIST_BRAKE_GO)
		coexist_result_wait(ret, ret->announcement.verdict.state.until);
	array_free(&ret->due);
	coexist_due_deinit(ret);
	return status;
}

/* Returns TRUE if there is a mailbox from which messages may go. Nobody's INBOX
   is made for this. */
static bool maildrop_exists(struct mailbox *box)
{
	enum mailbox_existence existence;

	return mailbox_exists(box, /* auto_boxes */ FALSE, &existence) < 0 ||
		existence == MAILBOX_EXISTENCE_SELECT;
}

static enum coexist_retention_status
maildrop_expire(struct coexist_retention *ret, bool exists)
{
	if (!exists && !maildrop_exists(ret->box)) {
		coexist_trace(ret->user, "Nothing expires: there is no INBOX");
		return COEXIST_RETENTION_DONE;
	}
	if (mailbox_open(ret->box) < 0 || mailbox_sync(ret->box, 0) < 0 ||
	    coexist_private_flags_open(ret->box) < 0) {
		coexist_retention_fail(ret, ret->box);
		return COEXIST_RETENTION_FAILED;
	}
	/* a virtual one has messages of other mailboxes, too */
	if (mailbox_is_readonly(ret->box) || ret->box->virtual_vfuncs != NULL) {
		coexist_trace(ret->user, "Nothing expires: INBOX is %s",
			      ret->box->virtual_vfuncs != NULL ? "virtual" :
			      "read-only");
		return COEXIST_RETENTION_DONE;
	}
	return expire_in(ret);
}

/* Returns TRUE if the policy wants a run, else the status of one that was none. */
static bool
is_wanted(struct mail_user *user, struct coexist_retention_result *result,
	  enum coexist_retention_status *status_r)
{
	if (coexist_session_policy_is_partial(user)) {
		coexist_trace(user, "Nothing expires: there may be policy "
			      "documents that can't be read");
		result->error = MAIL_ERROR_TEMP;
		*status_r = COEXIST_RETENTION_UNKNOWN;
		return FALSE;
	}
	if (result->keep_days == 0) {
		coexist_trace(user, "Nothing expires: pop3_keep_days is off");
		*status_r = COEXIST_RETENTION_OFF;
		return FALSE;
	}
	return TRUE;
}

enum coexist_retention_status
coexist_retention_run(struct mail_user *user,
		      enum coexist_retention_flags flags,
		      coexist_retention_is_stopped_t *is_stopped,
		      struct coexist_retention_result *result_r)
{
	const struct coexist_policy *policy = coexist_session_policy_get(user);
	struct coexist_retention ret = {
		.user = user,
		.is_stopped = is_stopped,
		.dry_run = (flags & COEXIST_RETENTION_DRY_RUN) != 0,
		.announcement = {
			.now = (flags & COEXIST_RETENTION_NOW) != 0
		},
		.result = result_r
	};
	enum coexist_retention_status status;
	struct coexist_changes *changes;
	struct mail_namespace *ns;

	i_zero(result_r);
	if (policy == NULL)
		return COEXIST_RETENTION_OFF;
	result_r->keep_days =
		coexist_policy_number(policy, COEXIST_KEY_pop3_keep_days);
	if (!is_wanted(user, result_r, &status))
		return status;

	ret.announcement.run.notice_days = coexist_announcement_days(user);
	i_array_init(&result_r->uids, 16);
	ret.action = coexist_retention_action(policy);
	ns = mail_namespace_find_inbox(user->namespaces);
	changes = coexist_changes_begin(user, "expire");
	coexist_changes_log_nothing(changes);
	ret.box = mailbox_alloc(ns->list, "INBOX", 0);
	status = maildrop_expire(&ret, (flags & COEXIST_RETENTION_EXISTS) != 0);
	if (ret.stopped)
		status = COEXIST_RETENTION_STOPPED;
	if (ret.target != NULL)
		mailbox_free(&ret.target);
	mailbox_free(&ret.box);
	coexist_changes_end(&changes);
	i_free(ret.error_text);
	return status;
}

void coexist_retention_result_free(struct coexist_retention_result *result)
{
	if (array_is_created(&result->uids))
		array_free(&result->uids);
}
