/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in undo-run.h. */

#include "lib.h"
#include "undo-run.h"
#include "mail-storage-private.h"

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
