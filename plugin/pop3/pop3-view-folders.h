/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_VIEW_FOLDERS_H
#define COEXIST_POP3_VIEW_FOLDERS_H

#include "seq-range-array.h"

struct coexist_view_filter;
struct client;
struct mailbox_transaction_context;
struct pop3_folders;
struct pop3_view_box;

/* The listing of a maildrop of several mailboxes: that of each of them
   (pop3-view-box.h), and the memory of which there were (maildrop-memory.h). */
struct pop3_view_maildrop {
	struct client *client;
	/* NULL if INBOX is all, and there only is to remember that */
	struct pop3_folders *folders;
	const struct coexist_view_filter *filter;
	/* the views of the mailboxes */
	ARRAY(struct pop3_view_box *) boxes;
	/* a listing of this session has failed, so each message is looked for */
	bool distrusts;
	/* UID of the newest message of INBOX that is listed, 0 if there is none */
	uint32_t newest_uid;
	/* messages of other mailboxes are listed that no session before had */
	bool has_new_elsewhere;
};

/* Lists all mailboxes, and adds to shown the sequences in the virtual mailbox' view of
   what is listed. Sets the client's UIDVALIDITY to INBOX's, of which Dovecot makes
   unique IDs. Returns FALSE, with the error in the transaction's mailbox, if that can't
   be done: a mailbox that is passed by, or INBOX, would have left the view for good. */
bool pop3_view_folders_list(struct pop3_view_maildrop *maildrop,
			    struct mailbox_transaction_context *t,
			    ARRAY_TYPE(seq_range) *shown);
/* Remembers that no mailbox but INBOX was listed. */
void pop3_view_folders_forget(struct pop3_view_maildrop *maildrop);

#endif
