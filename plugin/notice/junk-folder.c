/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in junk-folder.h. */

#include "lib.h"
#include "junk-folder.h"
#include "mail-storage-private.h"
#include "junk-row.h"
#include "special-mailbox.h"

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

static int
box_look(struct mailbox *box, uint32_t uidvalidity, uint32_t uid,
	 bool with_rows, struct coexist_junk_folder *folder)
{
	struct mailbox_status status;

	if (mailbox_sync(box, 0) < 0 ||
	    mailbox_get_status(box, STATUS_UIDVALIDITY | STATUS_UIDNEXT,
			       &status) < 0)
		return -1;
	folder->name = t_strdup(mailbox_get_vname(box));
	folder->uidvalidity = status.uidvalidity;
	folder->uidnext = status.uidnext;
	messages_look(box, status.uidvalidity == uidvalidity ? uid : 1,
		      with_rows, folder);
	return 0;
}

int coexist_junk_folder_look(struct mail_user *user, uint32_t uidvalidity,
			     uint32_t uid, bool with_rows,
			     struct coexist_junk_folder *folder_r)
{
	struct mailbox *box;
	int ret;

	i_zero(folder_r);
	box = coexist_junk_mailbox_find(user, &ret);
	if (ret < 0 && mailbox_get_last_mail_error(box) == MAIL_ERROR_NOTFOUND)
		ret = 0;
	else if (ret == 0 &&
		 box_look(box, uidvalidity, uid, with_rows, folder_r) == 0)
		ret = 1;
	else {
		e_warning(box->event, "coexist: Can't look for new junk mail: %s",
			  mailbox_get_last_internal_error(box, NULL));
		ret = -1;
	}
	mailbox_free(&box);
	return ret;
}
