/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_DELETE_H
#define COEXIST_POP3_DELETE_H

#include "coexist/policy-keys.h"

struct mail;
struct mailbox;
struct pop3_folders_changes_result;
struct mailbox_transaction_context;
struct pop3_delete_policy;
struct pop3_maildrop;
struct pop3_read_state;

/* What a POP3 session does at QUIT with the messages that its client deleted by
   DELE (doc/pop3-delete.md): expunge, hide or move them. */
struct pop3_delete;

/* What became of the deleted messages. */
struct pop3_delete_result {
	/* what was done, which may be other than what the policy says */
	enum coexist_delete action;
	/* how many had to stay */
	unsigned int failed;
};

/* Starts deleting for a client that has logged in: changes its settings so that
   Dovecot would add the hidden keyword where the client said DELE, and asks us by
   that. Lives as long as the client; maildrop and read state have to, too. */
struct pop3_delete *
pop3_delete_create(struct pop3_maildrop *maildrop,
		   struct pop3_read_state *read_state,
		   const struct pop3_delete_policy *policy);

/* The maildrop was synced. If it knows the hidden keyword, Dovecot will show no
   message with it; else Dovecot need not ask each message for it, which takes a
   seventh of the login to a large mailbox. */
void pop3_delete_mailbox_synced(struct pop3_delete *del, struct mailbox *box);
/* Takes part in what is done to a message of the maildrop, which was allocated. At
   QUIT the hidden keyword is there by then. */
void pop3_delete_mail_allocated(struct pop3_delete *del, struct mail *mail);

/* QUIT is about to commit the maildrop's transaction, and then any transaction was
   committed or not. From outside of all other plugins: some of them make a
   rollback of a commit. A client that gets an error deletes the messages again. */
void pop3_delete_commit_begin(struct pop3_delete *del,
			      struct mailbox_transaction_context *t);
void pop3_delete_commit_end(struct pop3_delete *del, struct mailbox *box,
			    bool committed);

/* Messages outside INBOX have been hidden, or could not be. */
void pop3_delete_changed(struct pop3_delete *del,
			 const struct pop3_folders_changes_result *result);

/* Called at QUIT, when all is done and synced. Returns 0, or -1 with the error, which is
   the reply to QUIT, set in the mailbox if messages had to stay. */
int pop3_delete_finish(struct pop3_delete *del, struct mailbox *box);

/* The client is about to be destroyed: tells the owner if the session was
   held. */
void pop3_delete_end(struct pop3_delete *del);

struct pop3_delete_result
pop3_delete_get_result(const struct pop3_delete *del);

#endif
