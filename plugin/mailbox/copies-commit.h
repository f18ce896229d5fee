/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COPIES_COMMIT_H
#define COEXIST_COPIES_COMMIT_H

struct mailbox;
struct mailbox_transaction_context;

/* The commit of copies that a move relies on: it succeeded only if the messages
   and their keywords are stored. Dovecot is content with less. */

/* Commits the transaction of the mailbox that messages were copied to, and adds
   the UIDs that the copies have there, if the storage tells. Returns 0, or -1
   with the error in that mailbox; as far as that can be done, no copy is left
   then. */
int coexist_copies_commit(struct mailbox_transaction_context **t,
			  ARRAY_TYPE(seq_range) *target_uids);

/* Expunges copies again, as well as it can be done: a client that was told of a
   failure deletes the messages once more. */
void coexist_copies_take_back(struct mailbox *target,
			      const ARRAY_TYPE(seq_range) *uids);

#endif
