/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_READ_STATE_H
#define COEXIST_POP3_READ_STATE_H

#include "seq-range-array.h"

struct mail;
struct mailbox;
struct mailbox_transaction_context;
struct pop3_maildrop;
struct pop3_read_policy;
struct pop3_view;

/* The read state that a POP3 session leaves behind (doc/pop3-read-state.md): the
   queue of marks for its downloads, which are confirmed by the client's next
   command, and when they are applied. */
struct pop3_read_state;

/* Starts the read state of a client that has logged in. Lives as long as the
   client; the maildrop has to, too, and so has the view, which may be NULL. */
struct pop3_read_state *
pop3_read_state_create(struct pop3_maildrop *maildrop,
		       const struct pop3_read_policy *policy,
		       struct pop3_view *view);

/* A RETR is about to send a message, and has ended. why_incomplete is NULL if
   the message was sent to its end. */
void pop3_read_state_retr_begin(struct pop3_read_state *state);
void pop3_read_state_retr_end(struct pop3_read_state *state, struct mail *mail,
			      const char *why_incomplete);

/* A transaction of the session is about to be committed, in which Dovecot may mark
   what it noted. Returns 0, or -1 if that must not be: what leaves the view by it can't
   be remembered. */
int pop3_read_state_marks_begin(struct pop3_read_state *state);
/* QUIT is about to commit its transaction: adds the marks that are left, because
   QUIT is a command too and confirms all of them. */
void pop3_read_state_commit_begin(struct pop3_read_state *state,
				  struct mailbox_transaction_context *t);
/* QUIT has committed the transaction. */
void pop3_read_state_commit_end(struct pop3_read_state *state);

/* The client is about to be destroyed, in whatever way: applies what it has
   confirmed, and withdraws what only QUIT would have confirmed. To be called
   before Dovecot marks what it noted. */
void pop3_read_state_end(struct pop3_read_state *state);

/* Logs, once in a session, that its user may not mark what the policy says. */
void pop3_read_state_refused(struct pop3_read_state *state);

/* Adds the UIDs of messages of this mailbox, a real one, that are still to get the
   keyword of confirmed downloads. Returns FALSE if there are none. */
bool pop3_read_state_get_downloaded(const struct pop3_read_state *state,
				    const struct mailbox *box,
				    ARRAY_TYPE(seq_range) *uids);

/* Returns how many downloads the client has confirmed by another command. */
unsigned int
pop3_read_state_count_downloads(const struct pop3_read_state *state);

#endif
