/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in notice-withdraw.h. */

#include "lib.h"
#include "notice-withdraw.h"
#include "array.h"
#include "mail-storage-private.h"
#include "keywords.h"
#include "notice-message.h"
#include "notice-places.h"
#include "session-changes.h"

/* Returns TRUE if somebody has given the message a keyword: one that Dovecot or
   we give by ourselves does not count. */
static bool has_keyword(struct mail *mail)
{
	static const char *const nobodys[] = {
		POP3_DOWNLOADED_KEYWORD, "$HasAttachment", "$HasNoAttachment",
		NULL
	};
	const char *const *keywords = mail_get_keywords(mail);

	for (; *keywords != NULL; keywords++) {
		if (!str_array_icase_find(nobodys, *keywords))
			return TRUE;
	}
	return FALSE;
}

static bool may_go(struct mail *mail, bool also_read)
{
	enum mail_flags flags = mail_get_flags(mail);
	const char *kind;

	if ((flags & (MAIL_ANSWERED | MAIL_FLAGGED)) != 0)
		return FALSE;
	if (also_read ? has_keyword(mail) : (flags & MAIL_SEEN) != 0)
		return FALSE;
	/* whoever has written the state */
	return mail_get_first_header(mail, COEXIST_NOTICE_HEADER, &kind) > 0;
}

/* Expunges those that may go. Returns how many stay, or -1. */
static int
expunge(struct mailbox *box, const struct coexist_notice_places *places,
	bool also_read)
{
	struct mailbox_transaction_context *t;
	struct seq_range_iter iter;
	struct mail *mail;
	unsigned int n = 0;
	uint32_t uid;
	int left = 0;

	t = mailbox_transaction_begin(box, MAILBOX_TRANSACTION_FLAG_NO_NOTIFY,
				      "coexist notice");
	mail = mail_alloc(t, MAIL_FETCH_FLAGS, NULL);
	seq_range_array_iter_init(&iter, &places->uids);
	while (seq_range_array_iter_nth(&iter, n++, &uid)) {
		if (!mail_set_uid(mail, uid))
			continue;
		if (may_go(mail, also_read))
			mail_expunge(mail);
		else
			left++;
	}
	mail_free(&mail);
	return mailbox_transaction_commit(&t) < 0 ||
		mailbox_sync(box, 0) < 0 ? -1 : left;
}

/* Returns how many of the places still have something in them, or -1. */
static int
withdraw(struct mailbox *box, const struct coexist_notice_places *places,
	 bool also_read)
{
	struct mailbox_status status;

	if (mailbox_sync(box, 0) < 0)
		return -1;
	mailbox_get_open_status(box, STATUS_UIDVALIDITY, &status);
	return status.uidvalidity != places->uidvalidity ||
		mailbox_is_readonly(box) ? 0 :
		expunge(box, places, also_read);
}

int coexist_notice_withdraw(struct mailbox *box,
			    const struct coexist_notice_places *places,
			    bool also_read)
{
	struct mail_user *user = box->storage->user;
	/* the owner has removed nothing */
	struct coexist_changes *changes = coexist_changes_suspend(user);
	enum mail_error error = MAIL_ERROR_NONE;
	const char *text;
	int ret = withdraw(box, places, also_read);

	coexist_changes_resume(user, changes);
	if (ret < 0) {
		text = mailbox_get_last_internal_error(box, &error);
		/* that the user may not expunge is no fault */
		if (error != MAIL_ERROR_PERM || !also_read) {
			e_warning(box->event, "coexist: Can't take the notice "
				  "away that a newer one replaces: %s", text);
		}
	}
	return ret;
}
