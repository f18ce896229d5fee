/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_UNDO_RESULT_H
#define COEXIST_UNDO_RESULT_H

#include "array.h"
#include "seq-range-array.h"
#include "mail-error.h"

/* Messages of a mailbox, by UID. */
struct coexist_undo_back {
	const char *mailbox;
	ARRAY_TYPE(seq_range) uids;
};
ARRAY_DEFINE_TYPE(coexist_undo_back, struct coexist_undo_back);

/* The result of an undo, message by message. */
struct coexist_undo_result {
	/* how many messages were put back, and in what way */
	uint64_t shown, returned, unread;
	/* How many are gone or were changed by others since */
	uint64_t gone;
	/* How many were expunged: there is nothing to put back */
	uint64_t expunged;
	/* How many there were that the journal does not tell any more */
	uint64_t missing;
	/* How many could not be put back, and why the last one couldn't */
	uint64_t failed;
	enum mail_error error;
	/* NULL, or who else has lines of this session, for whom they have to be
	   undone: users who share INBOX and have \Seen of their own. On the
	   data stack. */
	const char *owner;
	/* Which messages POP3 may be shown again, of which mailboxes: those that are shown and
	   those that have returned. On the data stack. */
	ARRAY_TYPE(coexist_undo_back) back;
};

#endif
