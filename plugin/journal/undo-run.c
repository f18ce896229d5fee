/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in undo-run.h. */

#include "lib.h"
#include "undo-run.h"
#include "array.h"
#include "mail-storage-private.h"

static struct coexist_undo_back *
back_get(struct coexist_undo *undo, const char *mailbox)
{
	struct coexist_undo_back *back;

	array_foreach_modifiable(&undo->back, back) {
		if (strcmp(back->mailbox, mailbox) == 0)
			return back;
	}
	back = array_append_space(&undo->back);
	back->mailbox = p_strdup(undo->pool, mailbox);
	p_array_init(&back->uids, undo->pool, 8);
	return back;
}

void coexist_undo_back_add(struct coexist_undo *undo, const char *mailbox,
			   uint32_t uid)
{
	seq_range_array_add(&back_get(undo, mailbox == NULL ? "INBOX" :
				      mailbox)->uids, uid);
}

void coexist_undo_failed(struct coexist_undo *undo, struct mailbox *box,
			 uint64_t messages)
{
	undo->left = TRUE;
	coexist_undo_failed_after(undo, box, messages);
}

void coexist_undo_failed_after(struct coexist_undo *undo, struct mailbox *box,
			       uint64_t messages)
{
	const char *text = mailbox_get_last_internal_error(box,
		&undo->result->error);

	undo->result->failed += messages;
	e_error(box->event, "coexist: %"PRIu64" messages can't be put back: %s",
		messages, text);
}

struct mailbox_transaction_context *
coexist_undo_transaction_begin(struct mailbox *box)
{
	/* see pop3-mark.c on MAILBOX_TRANSACTION_FLAG_EXTERNAL */
	return mailbox_transaction_begin(box, 0, "coexist undo");
}
