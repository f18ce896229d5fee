/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_MAILBOX_STATE_H
#define COEXIST_MAILBOX_STATE_H

#include "state-file.h"

struct mail_user;

/* The mailbox's state: names and values that are remembered from one session to
   the next, besides the policy. They are in the file dovecot-coexist.state of the
   index root (index-root.h).

   Needs the user's namespaces. The state is of use and not of need: errors are
   warnings, logged here, and a caller that gets one goes on without a state. */

#define COEXIST_STATE_FILE_NAME "dovecot-coexist.state"

/* The line of a state that has taken the place of one that could not be read: there may have
   been any other. */
#define COEXIST_STATE_LOST "lost"

/* Unix time of the last POP3 login that counts, where pop3_login_delay is set */
#define COEXIST_STATE_POP3_LOGIN "pop3_login"

/* Reads the state's text to the data stack, for coexist_state_text_get(). Returns
   0, also if nothing was remembered yet, or -1. */
int coexist_mailbox_state_read(struct mail_user *user, const char **text_r);
/* Returns the state's text, on the data stack, to a session that may have nothing
   configured: a state that can't be read has the line COEXIST_STATE_LOST alone, and nothing
   is logged. */
const char *coexist_mailbox_state_peek(struct mail_user *user);
/* Returns TRUE if the text has that line. */
bool coexist_mailbox_state_is_lost(const char *text);
/* Remembers these values and keeps the others. Returns 0 or -1. */
int coexist_mailbox_state_set(struct mail_user *user,
		      const struct coexist_state_value *values,
		      unsigned int count);
/* Remembers values like the above for a caller that has more to say about a
   failure: -1 comes with an error instead of a warning. */
int coexist_mailbox_state_try_set(struct mail_user *user,
			  const struct coexist_state_value *values,
			  unsigned int count, const char **error_r);

/* For who would rather do without the state than wait or complain: reads it as the above.
   Returns FALSE if it has no place. */
bool coexist_mailbox_state_try_read(struct mail_user *user,
				    const char **text_r);
/* Remembers what is decided under the lock, if nobody else has that: see
   coexist_state_file_update(). Returns 0, also if somebody has or there was nothing
   to remember, or -1 and an error. */
int coexist_mailbox_state_try_update(struct mail_user *user,
				     coexist_state_file_decide_t *decide,
				     void *context, const char **error_r);

/* Remembers what is decided under the lock: see coexist_state_file_update().
   Returns 0, also if there was nothing to remember, or -1. */
int coexist_mailbox_state_update(struct mail_user *user,
			 coexist_state_file_decide_t *decide, void *context);

/* Files of the same kind beside it, for what would make each look at the state
   slow. Their limit is in bytes. */
struct coexist_mailbox_file {
	const char *name;
	size_t max_size;
	/* What is in it is of need: while an error keeps it from us, as one of the disk,
	   it is read and changed by nobody. */
	bool is_needed;
	/* see struct coexist_state_mode */
	const char *lost;
};

/* The same as coexist_mailbox_state_read() and coexist_mailbox_state_update(). Of a file
   that is needed, -1 means that there is one, of which we can't know what is in it: without
   a place for it, or with another thing in its place, it is empty. */
int coexist_mailbox_file_read(struct mail_user *user,
			      const struct coexist_mailbox_file *file,
			      const char **text_r);
int coexist_mailbox_file_update(struct mail_user *user,
				const struct coexist_mailbox_file *file,
				coexist_state_file_decide_t *decide,
				void *context);
/* Removes the file, if there is one. A failure is logged. */
void coexist_mailbox_file_remove(struct mail_user *user,
				 const struct coexist_mailbox_file *file);

#endif
