/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SENT_COPY_H
#define COEXIST_SENT_COPY_H

struct istream;
struct mail_user;

/* The server's copy of a message that the mailbox's owner has sent: in the mailbox
   for sent messages, read, with the bytes that the program sent. It is stored when
   the message was accepted. A failure is logged and told to nobody: the message is
   on its way. */

enum coexist_sent_result {
	COEXIST_SENT_RESULT_SAVED,
	/* there is one already, or none is wanted of such a message */
	COEXIST_SENT_RESULT_SKIPPED,
	/* it went, because the program stored its own */
	COEXIST_SENT_RESULT_REPLACED,
	COEXIST_SENT_RESULT_FAILED
};

struct coexist_sent_message {
	/* what the program sent, from the offset on; can be seeked in */
	struct istream *input;
	uoff_t offset, size;
	/* to whom, or NULL if that is not known */
	const char *const *recipients;
	/* a client waits for its next reply until the copy is stored */
	bool client_waits;
};

/* Returns TRUE if the policy has copies of what the user sends. */
bool coexist_sent_copy_is_kept(struct mail_user *user);

/* Stores the copy, unless it is not wanted or not needed. */
void coexist_sent_copy_save(struct mail_user *user,
			    const struct coexist_sent_message *message);

/* Sends the event coexist_sent_copy. */
void coexist_sent_event_send(struct mail_user *user,
			     enum coexist_sent_result result);

#endif
