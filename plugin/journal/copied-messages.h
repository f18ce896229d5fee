/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COPIED_MESSAGES_H
#define COEXIST_COPIED_MESSAGES_H

#include "array.h"
#include "seq-range-array.h"

/* The copies of a session: messages of INBOX that were copied to move them, until
   it is known whether they were expunged. The two halves of a move come in
   transactions of their own, by IMAP's MOVE as by mail-move.h; here they find
   each other. */

/* Messages that were copied to one mailbox one after another. */
struct coexist_copies {
	char *target;
	uint32_t target_uidvalidity;
	/* in the order in which they were copied */
	ARRAY_TYPE(seq_range) uids;
	/* in the same order, or empty if they are not known */
	ARRAY_TYPE(seq_range) target_uids;
	/* those that became read on the way */
	ARRAY_TYPE(seq_range) marked;
};

/* Begins with all zero. */
struct coexist_copied_messages {
	ARRAY(struct coexist_copies) copies;
};

/* Told of a message that was moved: its copies, and its UID in their mailbox, or
   0 if that is not known. */
typedef void
coexist_moved_func_t(void *context, uint32_t uid,
		     const struct coexist_copies *copies, uint32_t target_uid);

/* Notes copies. The UIDs are in the same order here and there; target_uids has
   fewer, or none, if the storage does not tell. marked is sorted. */
void coexist_copied_messages_add(struct coexist_copied_messages *copied,
				 const char *target, uint32_t target_uidvalidity,
				 const ARRAY_TYPE(seq_range) *uids,
				 const ARRAY_TYPE(seq_range) *target_uids,
				 const ARRAY_TYPE(seq_range) *marked);
/* Takes those of the messages, which were expunged, that had been copied out of
   the list and out of the copies, and tells the function of each of them once. */
void coexist_copied_messages_take(struct coexist_copied_messages *copied,
				  ARRAY_TYPE(seq_range) *uids,
				  coexist_moved_func_t *func, void *context);
void coexist_copied_messages_free(struct coexist_copied_messages *copied);

#endif
