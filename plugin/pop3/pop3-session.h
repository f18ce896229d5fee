/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_SESSION_H
#define COEXIST_POP3_SESSION_H

#include "pop3-maildrop.h"

struct client;
struct mail;
struct mailbox;
struct mailbox_vfuncs;

/* The session of a POP3 client whose policy differs from what Dovecot does anyway.
   It holds the maildrop and what works on it, hooks them into Dovecot, and has
   the order in which they act at the end. */
struct pop3_session {
	union pop3_module_context module_ctx;

	struct client *client;
	struct pop3_maildrop maildrop;
	struct pop3_read_state *read_state;
	/* NULL if all messages are listed */
	struct pop3_view *view;
	/* NULL if Dovecot deletes in its own way */
	struct pop3_delete *del;

	/* what is hidden in INBOX is not listed, see pop3-view-folders.c */
	bool hides;
	/* pop3_mark_read=never leaves even \Recent */
	bool keep_recent;
};

/* Called when the client has logged in. */
void pop3_session_create(struct client *client);

/* Hooks for the mailboxes and messages of a user who has a session; v has the functions
   to override (pop3-box.h). The two for messages are to be hooks of their own: Dovecot
   chains hooks, not what one hook puts before another function of the same message. */
void pop3_session_mailbox_allocated(struct mailbox *box,
				    struct mailbox_vfuncs *v);
void pop3_session_mail_allocated_download(struct mail *mail);
void pop3_session_mail_allocated_delete(struct mail *mail);

#endif
