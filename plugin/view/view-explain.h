/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_VIEW_EXPLAIN_H
#define COEXIST_VIEW_EXPLAIN_H

#include "array.h"
#include "undo-result.h"

struct mail_user;

/* What a POP3 client is shown, and why not: an administrator's question. Needs the user's
   namespaces, and is about INBOX and the other mailboxes of the maildrop
   (maildrop-folders.h). */

/* A message as the next POP3 session would list it, or not. */
struct coexist_view_message {
	/* its name, on the data stack */
	const char *mailbox;
	uint32_t uid;
	/* (time_t)-1 if that can't be found out */
	time_t received;
	bool shown;
	/* Why it is not shown: a word of view-memory.h, or hidden (a POP3 client deleted
	   it). Why it is shown whatever the filter says: notice, due. Else "". */
	const char *why;
	/* the keys that are why it is not shown, "" if none is */
	const char *keys;
	/* the time of the day on which it left the view, 0 if it has not */
	time_t left;
};
ARRAY_DEFINE_TYPE(coexist_view_message, struct coexist_view_message);

/* Finds out about all messages, mailbox by mailbox in their order, on the data stack. Changes nothing.
   lacks_virtual: POP3 sessions do not load Dovecot's plugin virtual, so there is INBOX alone,
   with a warning where the maildrop should have more. Returns 0, or -1 after logging an
   error. */
int coexist_view_explain(struct mail_user *user, bool lacks_virtual,
			 ARRAY_TYPE(coexist_view_message) *messages_r);

/* Finds out the same about these messages alone, and only of those that are not shown: also of
   those of a mailbox that the maildrop does not have. Mailboxes are named as in a session's
   journal. Returns as above. */
int coexist_view_find_unlisted(struct mail_user *user,
			       const ARRAY_TYPE(coexist_undo_back) *back,
			       ARRAY_TYPE(coexist_view_message) *messages_r);

#endif
