/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_VIEW_WALK_H
#define COEXIST_VIEW_WALK_H

#include "array.h"
#include "maildrop-memory.h"
#include "view-memory.h"

struct coexist_policy;
struct mail_user;

/* A walk through the mailboxes of a POP3 maildrop (maildrop-folders.h), for what an
   administrator asks about them. Needs the user's namespaces. */

/* A mailbox of the maildrop, while it is looked at. */
struct coexist_view_box {
	struct mail_user *user;
	const struct coexist_policy *policy;
	struct mailbox *box;
	/* NULL for INBOX */
	const char *guid;
	struct mailbox_transaction_context *t;
	struct mail *mail;
	uint32_t uidvalidity, count;
	struct coexist_view_memory memory;
	/* what the maildrop's memory has of a mailbox besides INBOX */
	struct coexist_view_known known;
};

/* What is done with each mailbox. Returns 0, or -1 after logging an error. */
typedef int
coexist_view_walk_t(struct coexist_view_box *vbox, void *context);

/* Calls the function for each mailbox, INBOX being the first: for INBOX alone if a session
   had no more. Returns 0, or -1 after logging an error. */
int coexist_view_walk(struct mail_user *user, coexist_view_walk_t *func,
		      void *context);

/* The same for INBOX alone, whatever the maildrop has. */
int coexist_view_walk_inbox(struct mail_user *user, coexist_view_walk_t *func,
			    void *context);

/* Adds what the maildrop's memory has of the mailbox to a memory of the mailbox. */
void coexist_view_box_complete(const struct coexist_view_box *vbox,
			       struct coexist_view_memory *memory);
/* Returns when the message was received, (time_t)-1 if that can't be found out. */
time_t coexist_view_box_received(struct coexist_view_box *vbox, uint32_t seq);

/* Returns TRUE the first time that the GUID is noted: one mailbox may have two names, as
   where one is a symbolic link to the other. */
bool coexist_view_guid_note(ARRAY_TYPE(const_string) *guids, const char *guid);

#endif
