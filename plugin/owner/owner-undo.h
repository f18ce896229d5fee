/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_OWNER_UNDO_H
#define COEXIST_OWNER_UNDO_H

struct mailbox;

/* The owner's own undo of what a POP3 session deleted, where owner_may_change has the
   word undo: by setting the entry undo to the session's ID. */

/* In bytes. */
#define COEXIST_OWNER_SESSION_MAX 256

/* Judges the value that was set, which was read with this result (see
   coexist_owner_value_judge()). Returns 0, or -1 with an error in the mailbox. */
int coexist_owner_undo_judge(struct mailbox *box, const char *session,
			     int read_result);
/* Undoes a POP3 session that hid or moved messages, as doveadm coexist undo does.
   Returns 0, or -1 with an error in the mailbox: there is no such session, there is
   nothing to put back, or some of its messages could not be put back, which was
   logged. */
int coexist_owner_undo_run(struct mailbox *box, const char *session);

#endif
