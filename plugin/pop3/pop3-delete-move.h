/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_DELETE_MOVE_H
#define COEXIST_POP3_DELETE_MOVE_H

#include "seq-range-array.h"
#include "mail-error.h"
#include "coexist/policy-keys.h"

struct coexist_move_intent;
struct mailbox;
struct mailbox_transaction_context;
struct pop3_maildrop;
struct pop3_read_state;

/* Moving what a POP3 session deleted to the Trash or the archive (mail-move.h).
   All messages are copied in one transaction, so that they have arrived when
   Dovecot begins to expunge. */
struct pop3_delete_move {
	const struct pop3_maildrop *maildrop;
	const struct pop3_read_state *read_state;
	/* the copies become read */
	bool mark_read;

	/* open from the copying to the end of the session's transaction, else
	   NULL */
	struct mailbox *target;
	/* until the maildrop was synced, if there is a log */
	struct coexist_move_intent *intent;
	/* UIDs of messages that are in the target, and those they have there */
	ARRAY_TYPE(seq_range) uids;
	ARRAY_TYPE(seq_range) target_uids;
};

/* Deleted messages that had to stay, in words for the reply to QUIT. */
struct pop3_delete_failure {
	unsigned int count;
	enum mail_error error;
	/* lives as long as the client */
	const char *text;
};

void pop3_delete_move_init(struct pop3_delete_move *move_r,
			   const struct pop3_maildrop *maildrop,
			   const struct pop3_read_state *read_state,
			   bool mark_read);

/* Copies to where the action, TRASH or ARCHIVE, says. What could not be copied is
   logged, and told by failure, which is left alone otherwise. Returns FALSE if
   the target is the maildrop itself; nothing was done then. */
bool pop3_delete_move_begin(struct pop3_delete_move *move,
			    struct mailbox_transaction_context *t,
			    enum coexist_delete action,
			    struct pop3_delete_failure *failure);

/* Returns TRUE if the message with this UID may be expunged. */
bool pop3_delete_move_has_arrived(const struct pop3_delete_move *move,
				  uint32_t uid);

/* The session's transaction is over: takes the copies back if its commit failed.
   Does nothing if nothing was copied. */
void pop3_delete_move_end(struct pop3_delete_move *move, struct mailbox *source,
			  bool committed);

/* The maildrop was synced: what was committed to be expunged is gone now. Does
   nothing before pop3_delete_move_end(). */
void pop3_delete_move_synced(struct pop3_delete_move *move);

/* Leaves in the log what is in it. */
void pop3_delete_move_deinit(struct pop3_delete_move *move);

#endif
