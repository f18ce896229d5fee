/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_UNDO_RUN_H
#define COEXIST_UNDO_RUN_H

#include "mailbox-journal.h"
#include "undo-result.h"

struct mailbox;
struct mailbox_transaction_context;

/* A run of undo: what session-undo.c hands to those who put back what is still
   in its mailbox (undo-in-place.c) and what was moved away (undo-moves.c). */
struct coexist_undo {
	struct mail_user *user;
	struct coexist_changes *changes;
	struct coexist_undo_result *result;
	/* the owner's, who undoes what POP3 deleted alone */
	bool for_owner;
	pool_t pool;
	/* the lines of the session */
	ARRAY(const struct coexist_journal_line *) lines;
	/* UIDs that it marked read in one way or another, and that it took away,
	   of a mailbox with this UIDVALIDITY */
	uint32_t uids_validity;
	ARRAY_TYPE(seq_range) marked;
	ARRAY_TYPE(seq_range) removed;
	/* the mailbox whose lines are undone, and its name, NULL for INBOX */
	struct mailbox *box;
	const char *mailbox;
	uint32_t uidvalidity;
	/* an error has left messages where they were */
	bool left;
	/* what the result is to have, in the pool */
	ARRAY_TYPE(coexist_undo_back) back;
};

/* Notes that a message is back in a mailbox, which is NULL for INBOX. */
void coexist_undo_back_add(struct coexist_undo *undo, const char *mailbox,
			   uint32_t uid);

/* Counts messages that can't be put back and stay where they were, and logs the
   mailbox's error. */
void coexist_undo_failed(struct coexist_undo *undo, struct mailbox *box,
			 uint64_t messages);
/* The same of messages that are back, and are still where they were, too: another undo
   would bring them back twice. */
void coexist_undo_failed_after(struct coexist_undo *undo, struct mailbox *box,
			       uint64_t messages);
struct mailbox_transaction_context *
coexist_undo_transaction_begin(struct mailbox *box);

#endif
