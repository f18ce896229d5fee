#ifndef COEXIST_SESSION_UNDO_H
#define COEXIST_SESSION_UNDO_H

#include "mail-error.h"

struct mail_user;

/* The undo of a session, by its lines of the journal: messages that were hidden
   are shown, messages that were moved come back to INBOX, and \Seen goes where
   the session set it. A message that is gone, or not as the session left it, stays
   as it is, so that an undo may be repeated. */

struct coexist_undo_result {
	/* how many messages were put back, and in what way */
	uint64_t shown, returned, unread;
	/* How many are gone or were changed by others since */
	uint64_t gone;
	/* How many were expunged: there is nothing to put back */
	uint64_t expunged;
	/* How many there were that the journal does not tell any more */
	uint64_t missing;
	/* How many could not be put back, and why the last one couldn't */
	uint64_t failed;
	enum mail_error error;
	/* NULL, or who else has lines of this session, for whom they have to be
	   undone: users who share INBOX and have \Seen of their own. On the
	   data stack. */
	const char *owner;
};

/* Needs the user's namespaces. Returns 1, 0 if the journal has no such session
   of the user's, or -1 if not all could be done, after logging why. */
int coexist_undo_run(struct mail_user *user, const char *session_id,
		     struct coexist_undo_result *result_r);

#endif
