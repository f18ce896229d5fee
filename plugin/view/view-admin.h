/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_VIEW_ADMIN_H
#define COEXIST_VIEW_ADMIN_H

#include "array.h"
#include "undo-result.h"

struct mail_user;

/* What an administrator asks about a POP3 view, and the only way back for what has
   left it. All need the user's namespaces, and are about INBOX and the other mailboxes
   of the maildrop (maildrop-folders.h). */

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
   Returns 0, or -1 after logging an error. */
int coexist_view_explain(struct mail_user *user,
			 ARRAY_TYPE(coexist_view_message) *messages_r);

/* Finds out the same about these messages alone, and only of those that are not shown: also of
   those of a mailbox that the maildrop does not have. Mailboxes are named as in a session's
   journal. Returns as above. */
int coexist_view_find_unlisted(struct mail_user *user,
			       const ARRAY_TYPE(coexist_undo_back) *back,
			       ARRAY_TYPE(coexist_view_message) *messages_r);

struct coexist_view_reset {
	/* Not 0: only messages received since come back, and they are listed whatever
	   the filter says (view-memory.h, due). */
	time_t since;
	bool dry_run;
};

/* Lets messages return: how many had left, and how many will be listed whatever the
   filter says. Returns 0, or -1 after logging an error. */
struct coexist_view_reset_result {
	unsigned int returned, due;
};
int coexist_view_reset(struct mail_user *user,
		       const struct coexist_view_reset *reset,
		       struct coexist_view_reset_result *result_r);

#endif
