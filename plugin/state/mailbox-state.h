#ifndef COEXIST_MAILBOX_STATE_H
#define COEXIST_MAILBOX_STATE_H

#include "state-file.h"

struct mail_user;

/* What is remembered of a mailbox from one session to the next, besides its
   policy: names and values in the file dovecot-coexist.state of the folder
   where the indexes of the INBOX's namespace are, or the mails themselves if
   the indexes are in memory.

   Needs the user's namespaces. The state is of use and not of need: errors are
   warnings, logged here, and who gets one goes on without. */

#define COEXIST_STATE_FILE_NAME "dovecot-coexist.state"

/* Unix time of the last POP3 login that counts, where pop3_login_delay is set */
#define COEXIST_STATE_POP3_LOGIN "pop3_login"

/* Reads all to the data stack, for coexist_state_text_get(). Returns 0, also if
   nothing was remembered yet, or -1. */
int coexist_mailbox_state_read(struct mail_user *user, const char **text_r);
/* Returns TRUE if something is remembered by that name. For each session, also
   where nothing is configured: what can't be read is not there, and nothing is
   logged. */
bool coexist_mailbox_state_has(struct mail_user *user, const char *name);
/* Remembers these values and keeps the others. Returns 0 or -1. */
int coexist_mailbox_state_set(struct mail_user *user,
		      const struct coexist_state_value *values,
		      unsigned int count);
/* The same for one who has more to say about a failure: -1 comes with an error
   instead of a warning. */
int coexist_mailbox_state_try_set(struct mail_user *user,
			  const struct coexist_state_value *values,
			  unsigned int count, const char **error_r);

/* Remembers what is decided while nobody else changes it: see
   coexist_state_file_update(). Returns 0, also if there was nothing to
   remember, or -1. */
int coexist_mailbox_state_update(struct mail_user *user,
			 coexist_state_file_decide_t *decide, void *context);

#endif
