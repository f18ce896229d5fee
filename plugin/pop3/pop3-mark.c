/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-mark.h. */

#include "lib.h"
#include "array.h"
#include "mail-storage-private.h"
#include "pop3-mark.h"
#include "download-time.h"
#include "pop3-keyword.h"
#include "private-flags.h"

#include <malloc.h>

bool pop3_mark_is_seen(struct mail *mail)
{
	return (mail_get_flags(mail) & MAIL_SEEN) != 0;
}

bool pop3_mark_is_downloaded(struct mail *mail)
{
	return str_array_find(mail_get_keywords(mail),
			      POP3_DOWNLOADED_KEYWORD);
}

/* The acl plugin lets a change that the user has no right to get lost without an
   error, so each change is looked at afterwards. */

static void seen_apply(struct mail *mail, bool *changed, bool *refused)
{
	if (pop3_mark_is_seen(mail))
		return;
	if (coexist_private_flags_can_set(mail))
		mail_update_flags(mail, MODIFY_ADD, MAIL_SEEN);
	if (pop3_mark_is_seen(mail))
		*changed = TRUE;
	else
		*refused = TRUE;
}

static void
downloaded_apply(struct mail *mail, struct mail_keywords *downloaded,
		 bool *changed, bool *refused)
{
	if (pop3_mark_is_downloaded(mail))
		return;
	mail_update_keywords(mail, MODIFY_ADD, downloaded);
	if (pop3_mark_is_downloaded(mail))
		*changed = TRUE;
	else
		*refused = TRUE;
}

static void
mark_apply(struct mail *mail, const struct pop3_mark *mark,
	   struct mail_keywords *downloaded, struct pop3_marks_result *result)
{
	bool changed = FALSE, refused = FALSE;

	if (!mail_set_uid(mail, mark->uid) ||
	    mail_index_transaction_is_expunged(mail->transaction->itrans,
					       mail->seq))
		return;
	if (mark->seen)
		seen_apply(mail, &changed, &refused);
	if (mark->downloaded)
		downloaded_apply(mail, downloaded, &changed, &refused);
	/* nothing that others would have to see at once */
	if (mark->timed) {
		(void)coexist_download_time_note(mail,
			coexist_download_time_id(mail->box));
	}
	if (changed)
		result->changed++;
	if (refused)
		result->refused++;
}

static int
downloaded_keyword_create(struct mailbox *box, const struct pop3_mark *marks,
			  unsigned int count, struct mail_keywords **kw_r)
{
	static const char *const names[] = { POP3_DOWNLOADED_KEYWORD, NULL };
	unsigned int i;

	*kw_r = NULL;
	for (i = 0; i < count && !marks[i].downloaded; i++) ;
	if (i == count)
		return 0;
	pop3_keyword_allow(box, POP3_DOWNLOADED_KEYWORD);
	return mailbox_keywords_create(box, names, kw_r);
}

/* Returns how many of the changes anybody would see. */
static unsigned int
visible_count(const struct pop3_mark *marks, unsigned int count)
{
	unsigned int i, visible = 0;

	for (i = 0; i < count; i++) {
		if (marks[i].seen || marks[i].downloaded)
			visible++;
	}
	return visible;
}

int pop3_marks_apply(struct mailbox_transaction_context *t,
		     const struct pop3_mark *marks, unsigned int count,
		     struct pop3_marks_result *result_r)
{
	struct mail_keywords *downloaded;
	struct mail *mail;
	unsigned int i;

	i_zero(result_r);
	if (mailbox_is_readonly(t->box)) {
		result_r->refused = visible_count(marks, count);
		return 0;
	}
	if (downloaded_keyword_create(t->box, marks, count, &downloaded) < 0)
		return -1;

	mail = mail_alloc(t, 0, NULL);
	for (i = 0; i < count; i++)
		mark_apply(mail, &marks[i], downloaded, result_r);
	mail_free(&mail);
	if (downloaded != NULL)
		mailbox_keywords_unref(&downloaded);
	return 0;
}

/* Asks for the UIDVALIDITY that the mailbox has now: the session shares the index
   with the mailbox that is opened again, and may have read the index long ago. */
static bool has_uidvalidity(struct mailbox *box, uint32_t uidvalidity)
{
	struct mail_index_view *view;
	uint32_t current;

	(void)mail_index_refresh(box->index);
	view = mail_index_view_open(box->index);
	current = mail_index_get_header(view)->uid_validity;
	mail_index_view_close(&view);
	return current == uidvalidity;
}

/* Before the first sync of a mailbox with private flags, \Seen would be set for
   everybody. */
static int private_flags_prepare(struct mailbox *box)
{
	int ret = coexist_private_flags_open(box);

	return ret <= 0 ? ret : mailbox_sync(box, 0);
}

static int
apply_and_sync(struct mailbox *box, uint32_t uidvalidity,
	       const struct pop3_mark *marks, unsigned int count,
	       struct pop3_marks_result *result_r)
{
	struct mailbox_transaction_context *t;

	if (mailbox_open(box) < 0 || private_flags_prepare(box) < 0)
		return -1;
	if (!has_uidvalidity(box, uidvalidity))
		return 0;
	/* No MAILBOX_TRANSACTION_FLAG_EXTERNAL: with it, maildir loses flag
	   changes at the next sync. */
	t = mailbox_transaction_begin(box, 0, "POP3 read state");
	if (pop3_marks_apply(t, marks, count, result_r) < 0) {
		mailbox_transaction_rollback(&t);
		return -1;
	}
	if (mailbox_transaction_commit(&t) < 0)
		return -1;
	return result_r->changed == 0 ? 0 : mailbox_sync(box, 0);
}

/* Opening and syncing a mailbox takes some 400 kB, which malloc() would keep for
   a process that may be idle for as long as its client likes. */
static void memory_give_back(void)
{
#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
}

int pop3_marks_apply_now(struct mailbox *session_box,
			 uint32_t session_uidvalidity,
			 const struct pop3_mark *marks, unsigned int count,
			 struct pop3_marks_result *result_r)
{
	struct mailbox *box;
	int ret;

	i_zero(result_r);
	/* A sync of the session's own mailbox would change its sequences. */
	box = mailbox_alloc(session_box->list, session_box->vname, 0);
	ret = apply_and_sync(box, session_uidvalidity, marks, count, result_r);
	if (ret < 0) {
		e_error(box->event, "coexist: Can't mark %u messages that "
			"were downloaded: %s", count,
			mailbox_get_last_internal_error(box, NULL));
	}
	mailbox_free(&box);
	memory_give_back();
	return ret;
}
