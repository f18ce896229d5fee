#ifndef COEXIST_POP3_SESSION_H
#define COEXIST_POP3_SESSION_H

#include "pop3-delete.h"
#include "pop3-maildrop.h"
#include "pop3-mark.h"

struct client;
struct mail;
struct mailbox;
struct mail_user;

/* A POP3 session whose policy differs from what Dovecot does anyway. */
struct pop3_session {
	union pop3_module_context module_ctx;

	struct client *client;
	struct pop3_maildrop maildrop;
	struct pop3_read_policy read_policy;
	struct pop3_delete del;

	/* Changes that downloads of this session brought and that were not
	   applied yet. */
	ARRAY_TYPE(pop3_mark) marks;
	/* How much the client had said when it got the last of them. */
	uoff_t last_mark_input_offset;
	struct timeout *to_apply;
	/* the log has it that something may not be marked */
	bool told_refused;
	/* How many messages were sent to their end, and how much the client had
	   said when it got the last of them. */
	unsigned int downloads;
	uoff_t last_download_input_offset;
};

/* Called when the client has logged in. */
void pop3_session_create(struct client *client);
/* Returns the user's session, or NULL if there is none. */
struct pop3_session *pop3_session_find(struct mail_user *user);

/* Hook for every mailbox of a process that handles POP3. */
void pop3_session_mailbox_allocated(struct mailbox *box);

/* A RETR is about to send a message, and has ended. */
void pop3_session_retr_begin(struct pop3_session *session);
void pop3_session_retr_end(struct pop3_session *session, struct mail *mail,
			   bool complete);

/* Logs, once in a session, that its user may not mark what the policy says. */
void pop3_session_mark_refused(struct pop3_session *session);

/* Adds the UIDs of messages that are still to get the keyword of confirmed
   downloads. Returns FALSE if there are none. */
bool pop3_session_get_downloaded(const struct pop3_session *session,
				 ARRAY_TYPE(seq_range) *uids);

#endif
