/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SESSION_LIMIT_H
#define COEXIST_SESSION_LIMIT_H

#include "policy-decision.h"

struct coexist_log_repeat;
struct event;
struct coexist_session_limit;

/* The limit of concurrent sessions (P_max_sessions) at the gate. The names of
   users are the same in any letter case, as those of documents.

   A session is known to anvil only a while after its login has passed. So the
   logins that passed lately are remembered here, and until anvil's list can be
   expected to have them they count on top of it. That may be one too many: a
   login that is refused only by this waits until it is known better. A login
   that is refused by anvil's list itself waits for a moment too, because the
   end of a session is known to its client before anvil knows it. */

enum coexist_session_limit_verdict {
	COEXIST_SESSION_LIMIT_FREE,
	COEXIST_SESSION_LIMIT_FULL,
	/* anvil can't be asked, which was logged */
	COEXIST_SESSION_LIMIT_UNKNOWN
};

typedef void
coexist_session_limit_callback_t(enum coexist_session_limit_verdict verdict,
				 void *context);

/* webmail_networks tells webmail from IMAP; it, the event and the log must outlive
   this. */
struct coexist_session_limit *
coexist_session_limit_new(struct event *event, struct coexist_log_repeat *log,
			  const char *webmail_networks);
/* Calls back who waits, with UNKNOWN. */
void coexist_session_limit_end(struct coexist_session_limit *limit);
/* NULL is allowed. Nobody may wait any more. */
void coexist_session_limit_free(struct coexist_session_limit *limit);

/* Finds out whether the user has less than so many sessions. The callback may be
   called before this returns, and is after some ten seconds at the latest. */
void coexist_session_limit_check(struct coexist_session_limit *limit,
				 const char *user,
				 enum coexist_protocol protocol, uint64_t max,
				 coexist_session_limit_callback_t *callback,
				 void *context);
/* The user's login passes. */
void coexist_session_limit_note(struct coexist_session_limit *limit,
				const char *user,
				enum coexist_protocol protocol);

#endif
