#ifndef COEXIST_POP3_SESSION_H
#define COEXIST_POP3_SESSION_H

#include "pop3-delete.h"
#include "pop3-maildrop.h"

struct client;
struct mailbox;
struct mail_user;

/* A POP3 session whose policy differs from what Dovecot does anyway. */
struct pop3_session {
	union pop3_module_context module_ctx;

	struct client *client;
	struct pop3_maildrop maildrop;
	struct pop3_read_state *read_state;
	struct pop3_delete del;

	/* MAILBOX_FLAG_DROP_RECENT is not for this session */
	bool keep_recent;
};

/* Called when the client has logged in. */
void pop3_session_create(struct client *client);
/* Returns the user's session, or NULL if there is none. */
struct pop3_session *pop3_session_find(struct mail_user *user);

/* Hook for every mailbox of a process that handles POP3. */
void pop3_session_mailbox_allocated(struct mailbox *box);

#endif
