#ifndef COEXIST_POP3_DELETE_H
#define COEXIST_POP3_DELETE_H

#include "mail-error.h"
#include "coexist/policy-keys.h"
#include "keywords.h"

struct client;
struct coexist_policy;
struct mail;
struct mailbox;
struct pop3_session;

/* What DELE and QUIT do (doc/pop3-delete.md). */

struct pop3_delete {
	enum coexist_delete action;
	/* There may be policy documents that say otherwise. */
	bool is_partial;
	bool mark_read;
	/* A session that deletes more is held; 0 is off. */
	unsigned int limit;
	/* EXPUNGE is hiding already, by the site's pop3_delete_type */
	bool expunge_flags;

	/* Filled when the session's first message is handled at QUIT. */
	bool begun;
	/* How many messages are hidden because that is more than the limit; 0 if
	   the session is not held. */
	unsigned int held;
	/* Sequences of those that are to be read nevertheless. */
	ARRAY_TYPE(seq_range) held_seen;
	/* The target mailbox, from then to the end of the transaction, the UIDs
	   that are in it, and those that they have there */
	struct mailbox *target;
	ARRAY_TYPE(seq_range) arrived;
	ARRAY_TYPE(seq_range) arrived_as;
	unsigned int failed;
	enum mail_error error;
	const char *error_text;
};

/* Reads the policy of a session. */
void pop3_delete_init(struct pop3_delete *del_r, struct client *client,
		      const struct coexist_policy *policy);

/* Returns FALSE if Dovecot's own way is all there is to do. */
bool pop3_delete_is_needed(const struct pop3_delete *del);

/* Changes the client's settings so that Dovecot, which shows no message with
   the hidden keyword and would add it where the client said DELE, asks us by
   that. To be called when the client was created. */
void pop3_delete_prepare_client(struct pop3_delete *del, struct client *client);

/* Hook for every message object of a POP3 session. */
void pop3_delete_mail_allocated(struct mail *mail);

/* Called at QUIT, when all is done. Returns 0, or -1 with the error, which is
   the reply to QUIT, set in the mailbox if messages had to stay. */
int pop3_delete_finish(struct pop3_session *session, struct mailbox *box);

#endif
