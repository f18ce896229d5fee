/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-mark.h. */

#include "lib.h"
#include "array.h"
#include "mail-storage-private.h"
#include "pop3-mark.h"
#include "download-time.h"
#include "index-lost.h"
#include "mailbox-guids.h"
#include "pop3-folders.h"
#include "pop3-keyword.h"
#include "private-flags.h"

#include <malloc.h>

bool pop3_mark_is_seen(struct mail *mail)
{
	return (mail_get_flags(mail) & MAIL_SEEN) != 0;
}

bool pop3_mark_is_downloaded(struct mail *mail)
{
	return str_array_icase_find(mail_get_keywords(mail),
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

/* Returns FALSE if the user may not hide the message. */
static bool hide_apply(struct mail *mail, const char *keyword, bool *changed)
{
	const char *const names[] = { keyword, NULL };
	struct mail_keywords *keywords;

	if (str_array_icase_find(mail_get_keywords(mail), keyword))
		return TRUE;
	pop3_keyword_allow(mail->box, keyword);
	keywords = mailbox_keywords_create_valid(mail->box, names);
	mail_update_keywords(mail, MODIFY_ADD, keywords);
	mailbox_keywords_unref(&keywords);
	if (!str_array_icase_find(mail_get_keywords(mail), keyword))
		return FALSE;
	*changed = TRUE;
	return TRUE;
}

/* Marks that are being applied. */
struct marks {
	struct mailbox_transaction_context *t;
	/* the transaction is one of the real mailbox */
	bool is_real;
	/* The keyword, of the mailbox that needed it last, or NULL. */
	struct mail_keywords *downloaded;
	const struct mailbox *downloaded_box;
	struct pop3_marks_result *result;
};

static int keyword_prepare(struct marks *marks, struct mailbox *box)
{
	static const char *const names[] = { POP3_DOWNLOADED_KEYWORD, NULL };

	if (marks->downloaded != NULL) {
		if (marks->downloaded_box == box)
			return 0;
		mailbox_keywords_unref(&marks->downloaded);
	}
	marks->downloaded_box = box;
	pop3_keyword_allow(box, POP3_DOWNLOADED_KEYWORD);
	return mailbox_keywords_create(box, names, &marks->downloaded);
}

static int
mark_apply_to(struct marks *marks, struct mail *mail,
	      const struct pop3_mark *mark)
{
	bool changed = FALSE, refused = FALSE;

	if (mailbox_is_readonly(mail->box)) {
		marks->result->refused +=
			mark->seen || mark->downloaded ? 1 : 0;
		marks->result->hide_refused += mark->hidden != NULL ? 1 : 0;
		return 0;
	}
	if (mark->downloaded && keyword_prepare(marks, mail->box) < 0)
		return -1;
	/* who may not hide it has not deleted it, either */
	if (mark->hidden != NULL &&
	    !hide_apply(mail, mark->hidden, &changed)) {
		marks->result->hide_refused++;
		return 0;
	}
	if (mark->seen)
		seen_apply(mail, &changed, &refused);
	if (mark->downloaded)
		downloaded_apply(mail, marks->downloaded, &changed, &refused);
	/* nothing that others would have to see at once */
	if (mark->timed) {
		(void)coexist_download_time_note(mail,
			coexist_download_time_id(mail->box));
	}
	if (changed)
		marks->result->changed++;
	if (refused)
		marks->result->refused++;
	return 0;
}

static int mark_apply(struct marks *marks, struct mail *mail,
		      const struct pop3_mark *mark)
{
	struct mail *real;

	if (!mail_set_uid(mail, marks->is_real ? mark->real_uid : mark->uid))
		return 0;
	real = pop3_folders_real_mail(mail);
	if (real == NULL ||
	    mail_index_transaction_is_expunged(real->transaction->itrans,
					       real->seq))
		return 0;
	return mark_apply_to(marks, real, mark);
}

static int
marks_apply(struct marks *marks, const struct pop3_mark *list,
	    unsigned int count)
{
	struct mail *mail = mail_alloc(marks->t, 0, NULL);
	unsigned int i;
	int ret = 0;

	i_zero(marks->result);
	for (i = 0; i < count && ret == 0; i++)
		ret = mark_apply(marks, mail, &list[i]);
	mail_free(&mail);
	if (marks->downloaded != NULL)
		mailbox_keywords_unref(&marks->downloaded);
	return ret;
}

int pop3_marks_apply(struct mailbox_transaction_context *t,
		     const struct pop3_mark *marks, unsigned int count,
		     struct pop3_marks_result *result_r)
{
	struct marks context = { .t = t, .result = result_r };

	return marks_apply(&context, marks, count);
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

/* Returns 1 if the mailbox is the one that the session has listed, by GUID, 0 if it is
   another one, -1 with the error in the mailbox. */
static int
is_folder(struct mailbox *box, const struct pop3_folder *folder)
{
	struct mailbox_metadata metadata;

	if (folder->guid == NULL)
		return 0;
	if (mailbox_get_metadata(box, MAILBOX_METADATA_GUID, &metadata) < 0)
		return -1;
	return strcmp(guid_128_to_string(metadata.guid), folder->guid) == 0 ?
		1 : 0;
}

/* As is_folder(). INBOX is always the same. */
static int is_same(struct mailbox *box, const struct pop3_folder *folder,
		   uint32_t uidvalidity)
{
	int ret = folder == NULL || folder->is_inbox ? 1 :
		is_folder(box, folder);

	return ret > 0 && !has_uidvalidity(box, uidvalidity) ? 0 : ret;
}

/* The disk is full: Dovecot has written nothing, and takes that for no failure. */
static int index_check(struct mailbox *box)
{
	if (!coexist_mailbox_has_lost_index(box))
		return 0;
	mail_storage_set_critical(box->storage, "Can't write the index");
	return -1;
}

static int
apply_and_sync(struct mailbox *box, const struct pop3_folder *folder,
	       uint32_t uidvalidity,
	       const struct pop3_mark *marks, unsigned int count,
	       struct pop3_marks_result *result_r)
{
	struct mailbox_transaction_context *t;
	struct marks context = { .is_real = TRUE, .result = result_r };
	int ret;

	if (mailbox_open(box) < 0 ||
	    (ret = is_same(box, folder, uidvalidity)) < 0)
		return -1;
	if (ret == 0)
		return 0;
	if (private_flags_prepare(box) < 0)
		return -1;
	/* No MAILBOX_TRANSACTION_FLAG_EXTERNAL: with it, maildir loses flag
	   changes at the next sync. */
	t = mailbox_transaction_begin(box, 0, "POP3 read state");
	context.t = t;
	if (marks_apply(&context, marks, count) < 0) {
		mailbox_transaction_rollback(&t);
		return -1;
	}
	if (mailbox_transaction_commit(&t) < 0)
		return -1;
	if (result_r->changed == 0)
		return 0;
	return mailbox_sync(box, 0) < 0 ? -1 : index_check(box);
}

/* Opening and syncing a mailbox takes some 400 kB, which malloc() would keep for
   a process that may be idle for as long as its client likes. */
static void memory_give_back(void)
{
#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
}

/* A mailbox that has another name now. */
struct renamed {
	const char *guid;
	struct mailbox *box;
};

static bool is_renamed(struct mailbox *box, const char *guid, void *context)
{
	struct renamed *renamed = context;

	if (strcmp(guid, renamed->guid) != 0)
		return FALSE;
	renamed->box = mailbox_alloc(box->list, box->vname, 0);
	return TRUE;
}

/* As real_box_alloc(), of one that is not the mailbox of its name any more. */
static int renamed_alloc(const struct pop3_folder *folder, struct mailbox **box_r)
{
	struct renamed renamed = { .guid = folder->guid };
	struct mail_user *user = folder->box->storage->user;
	int ret = folder->guid == NULL ? 0 :
		coexist_mailbox_guids_find(user, is_renamed, &renamed);

	if (ret == 0) {
		e_info(folder->box->event, "coexist: %s has been deleted or "
		       "replaced since POP3 listed it: no message in it is "
		       "marked or hidden", folder->name);
	} else if (ret < 0) {
		e_error(folder->box->event, "coexist: %s has been deleted, "
			"renamed or replaced since POP3 listed it, and not all "
			"mailboxes can be looked at: no message in it is marked "
			"or hidden", folder->name);
	}
	*box_r = renamed.box;
	return ret;
}

/* Returns 1 and the mailbox, which is opened once more because a sync of the session's own
   would change its sequences; 0 if it is gone; or -1 after logging the error. */
static int
real_box_alloc(struct mailbox *real_box, const struct pop3_folder *folder,
	       struct mailbox **box_r)
{
	if (folder != NULL && pop3_folder_is_replaced(folder))
		return renamed_alloc(folder, box_r);
	*box_r = mailbox_alloc(real_box->list, real_box->vname, 0);
	return 1;
}

int pop3_marks_apply_now(struct mailbox *real_box,
			 uint32_t session_uidvalidity,
			 const struct pop3_mark *marks, unsigned int count,
			 struct pop3_marks_result *result_r)
{
	struct pop3_folders *folders =
		pop3_folders_get(real_box->storage->user);
	const struct pop3_folder *folder = folders == NULL ? NULL :
		pop3_folders_find(folders, real_box);
	struct mailbox *box;
	int ret;

	i_zero(result_r);
	ret = real_box_alloc(real_box, folder, &box);
	if (ret <= 0)
		return ret;
	ret = apply_and_sync(box, folder, session_uidvalidity, marks, count,
			     result_r);
	if (ret < 0) {
		e_error(box->event, "coexist: Can't mark %u messages that "
			"were downloaded: %s", count,
			mailbox_get_last_internal_error(box, NULL));
	}
	mailbox_free(&box);
	memory_give_back();
	return ret;
}
