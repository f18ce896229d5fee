/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_NOTICE_PLACE_H
#define COEXIST_NOTICE_PLACE_H

#include "array-decl.h"
#include "seq-range-array.h"

struct mail_user;
struct mailbox;

/* Replacement of notices in INBOX: a new one takes the place of the one before of
   its kind. The mailbox's state (mailbox-state.h) has their UIDVALIDITY and UIDs.
   Only what the state names is taken away, because anybody can write the header
   that a notice has. The session's journal does not have it: its owner changed
   nothing. */

/* How the names end by which the state knows where the last notice of a kind is. */
#define COEXIST_NOTICE_PLACE_END "_mail"

/* The place where a notice was put, and its size for the quota. */
struct coexist_notice_place {
	uint32_t uidvalidity, uid;
	uint64_t size;
};

/* Remembers a place, by this name in the state, as that of the last notice of its
   kind, and takes the one before away unless somebody has read, answered or flagged
   it. One that was read is left to coexist_notice_tidy(); so are all in a POP3
   session, whose client may be about to fetch them. There must be no transaction of
   the INBOX that writes. Failures are logged. */
void coexist_notice_replace(struct mailbox *inbox, const char *name,
			    const struct coexist_notice_place *place);

/* Tidies up at the start of a POP3 session, before the client is told what there
   is: takes away the notices that were replaced and left then, also those that were
   read, which is all that a download leaves of a message. What somebody has
   answered, flagged or given a keyword stays, and so does what the user has no right
   to expunge, and everything in a virtual INBOX. If there is nothing to do, that
   costs one look at the state. Failures are logged, and not tried again. */
void coexist_notice_tidy(struct mail_user *user);

/* Adds the UIDs of all notices that are in INBOX by the text of its state, those that
   were replaced and left too, if it has this UIDVALIDITY. In ascending order. */
void coexist_notice_get_places(const char *state, uint32_t uidvalidity,
			       ARRAY_TYPE(seq_range) *uids);

#endif
