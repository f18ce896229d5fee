#ifndef COEXIST_SESSION_UNDO_PRIVATE_H
#define COEXIST_SESSION_UNDO_PRIVATE_H

#include "session-undo.h"
#include "mailbox-journal.h"

struct mailbox;
struct mailbox_transaction_context;

/* A run of undo: what session-undo.c hands to those who put back what is in
   INBOX (undo-in-place.c) and what was moved away (undo-moves.c). */
struct coexist_undo {
	struct mail_user *user;
	struct coexist_changes *changes;
	struct coexist_undo_result *result;
	pool_t pool;
	/* the lines of the session */
	ARRAY(const struct coexist_journal_line *) lines;
	/* UIDs that it marked read in one way or another, and that it took away,
	   of an INBOX with this UIDVALIDITY */
	uint32_t uids_validity;
	ARRAY_TYPE(seq_range) marked;
	ARRAY_TYPE(seq_range) removed;
	struct mailbox *inbox;
	uint32_t uidvalidity;
};

/* Counts messages that can't be put back, and logs the mailbox's error. */
void coexist_undo_failed(struct coexist_undo *undo, struct mailbox *box,
			 uint64_t messages);
struct mailbox_transaction_context *
coexist_undo_transaction_begin(struct mailbox *box);

/* Shows again what the line hid in INBOX. */
void coexist_undo_hidden(struct coexist_undo *undo,
			 const struct coexist_journal_line *line);
/* Takes \Seen away from what the line marked read in INBOX. */
void coexist_undo_read(struct coexist_undo *undo,
		       const struct coexist_journal_line *line);
/* Moves back to INBOX what was moved to one mailbox. */
void coexist_undo_move(struct coexist_undo *undo,
		       const struct coexist_journal_move *move);

#endif
