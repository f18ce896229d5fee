/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in junk-folder.h. */

#include "lib.h"
#include "junk-folder.h"
#include "mail-storage-private.h"
#include "coexist-event.h"
#include "junk-row.h"
#include "special-mailbox.h"

/* Which messages are asked for. */
struct wanted {
	uint32_t uidvalidity, uid;
	bool with_rows;
};

static bool is_new(struct mail *mail)
{
	return (mail_get_flags(mail) & (MAIL_SEEN | MAIL_DELETED)) == 0;
}

static void row_add(struct mail *mail, struct coexist_junk_folder *folder)
{
	struct coexist_notice_row *row = &folder->rows[folder->rows_count];
	const char *from, *subject;

	if (mail_get_first_header(mail, "From", &from) <= 0)
		from = "";
	if (mail_get_first_header(mail, "Subject", &subject) <= 0)
		subject = "";
	row->name = coexist_junk_domain(from);
	row->value = coexist_junk_subject(subject);
	folder->rows_count++;
}

static void
messages_look(struct mailbox *box, uint32_t uid, bool with_rows,
	      struct coexist_junk_folder *folder)
{
	struct mailbox_transaction_context *t;
	struct mail *mail;
	uint32_t first, seq;

	mailbox_get_seq_range(box, uid, (uint32_t)-1, &first, &seq);
	if (first == 0)
		return;
	coexist_trace(box->storage->user, "Looks at %u messages of %s",
		      seq - first + 1, folder->name);
	t = mailbox_transaction_begin(box, 0, "coexist junk notice");
	mail = mail_alloc(t, 0, NULL);
	/* from the newest on */
	for (; seq >= first; seq--) {
		mail_set_seq(mail, seq);
		if (!is_new(mail))
			continue;
		folder->count++;
		if (with_rows &&
		    folder->rows_count < COEXIST_JUNK_ROWS_MAX_COUNT)
			row_add(mail, folder);
	}
	mail_free(&mail);
	/* nothing is to be cached, and no lock waited for */
	mailbox_transaction_rollback(&t);
}

static int box_look(struct mailbox *box, const struct wanted *wanted,
		    struct coexist_junk_folder *folder)
{
	struct mailbox_status status;

	if (mailbox_sync(box, 0) < 0 ||
	    mailbox_get_status(box, STATUS_UIDVALIDITY | STATUS_UIDNEXT |
			       STATUS_UNSEEN, &status) < 0)
		return -1;
	folder->name = t_strdup(mailbox_get_vname(box));
	folder->uidvalidity = status.uidvalidity;
	folder->uidnext = status.uidnext;
	if (wanted != NULL && status.unseen > 0) {
		messages_look(box, status.uidvalidity == wanted->uidvalidity ?
			      wanted->uid : 1, wanted->with_rows, folder);
	}
	return 0;
}

/* Looks for the messages, if any are wanted. */
static int folder_look(struct mail_user *user, const struct wanted *wanted,
		       struct coexist_junk_folder *folder_r)
{
	struct mailbox *box;
	int ret;

	i_zero(folder_r);
	box = coexist_junk_mailbox_find(user, &ret);
	if (ret < 0 && mailbox_get_last_mail_error(box) == MAIL_ERROR_NOTFOUND)
		ret = 0;
	else if (ret == 0 && box_look(box, wanted, folder_r) == 0)
		ret = 1;
	else {
		e_warning(box->event, "coexist: Can't look for new junk mail: %s",
			  mailbox_get_last_internal_error(box, NULL));
		ret = -1;
	}
	mailbox_free(&box);
	return ret;
}

int coexist_junk_folder_find(struct mail_user *user,
			     struct coexist_junk_folder *folder_r)
{
	return folder_look(user, /*wanted=*/NULL, folder_r);
}

int coexist_junk_folder_look(struct mail_user *user, uint32_t uidvalidity,
			     uint32_t uid, bool with_rows,
			     struct coexist_junk_folder *folder_r)
{
	const struct wanted wanted = {
		.uidvalidity = uidvalidity, .uid = uid, .with_rows = with_rows
	};

	return folder_look(user, &wanted, folder_r);
}
