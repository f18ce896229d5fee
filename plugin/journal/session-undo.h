/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SESSION_UNDO_H
#define COEXIST_SESSION_UNDO_H

#include "undo-result.h"

struct mail_user;

/* The undo of a session, by its lines of the journal: messages that were hidden, in
   INBOX or elsewhere, are shown, messages that were moved come back to INBOX, and \Seen goes where
   the session set it. A message that is gone, or not as the session left it, stays
   as it is, so that an undo may be repeated. */

/* Needs the user's namespaces. Returns 1, 0 if the journal has no such session
   of the user's, or -1 if not all could be done, after logging why. */
int coexist_undo_run(struct mail_user *user, const char *session_id,
		     struct coexist_undo_result *result_r);
/* The same for the owner, who has no other sessions than those of POP3 that hid or
   moved messages. To the owner what is back is undone, be it elsewhere, too. */
int coexist_undo_run_for_owner(struct mail_user *user, const char *session_id,
			       struct coexist_undo_result *result_r);

#endif
