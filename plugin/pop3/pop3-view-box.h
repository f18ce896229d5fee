/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_VIEW_BOX_H
#define COEXIST_POP3_VIEW_BOX_H

#include "seq-range-array.h"
#include "view-listing.h"

struct mail_user;
struct mailbox;
struct mailbox_transaction_context;

/* The view that a POP3 session has of one mailbox: each mailbox of a maildrop is
   filtered, and remembered (view-memory.h), as if it were the only one. */
struct pop3_view_box {
	struct mail_user *user;
	/* identifies it only, and is never opened here */
	const struct mailbox *box;
	/* NULL for INBOX */
	const char *guid;
	uint32_t uidvalidity;

	/* Of a mailbox besides INBOX. It stays to be one that comes back if what leaves
	   by that can't be remembered. */
	struct coexist_view_known known;

	/* UIDs of messages that RETR may have marked, of all that it has sent to their
	   end, and of all that are due in the memory. */
	ARRAY_TYPE(seq_range) marked;
	ARRAY_TYPE(seq_range) downloaded;
	ARRAY_TYPE(seq_range) due;
};

/* What is listed by. */
struct pop3_view_request {
	const struct coexist_view_filter *filter;
	/* see view-listing.h */
	const char *hidden_keyword;
	bool drops_hidden;
	uint32_t last_uid;
};

/* Starts the view of a mailbox, in the user's pool. */
struct pop3_view_box *
pop3_view_box_create(struct mail_user *user, const struct mailbox *box,
		     const char *guid);

/* Lists the mailbox of the transaction, which is synced, and notes in the memory what is
   listed. Returns 1 if nothing was remembered of it before, else 0; or -1 with the error in
   the mailbox if what is remembered can't be read: nothing is listed then. */
int pop3_view_box_list(struct pop3_view_box *vbox,
		       struct mailbox_transaction_context *t,
		       const struct pop3_view_request *request,
		       struct coexist_view_listing *listing_r);

/* See pop3-view.h. */
int pop3_view_box_marks_begin(struct pop3_view_box *vbox);
void pop3_view_box_quit(struct pop3_view_box *vbox);

#endif
