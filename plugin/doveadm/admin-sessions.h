/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_SESSIONS_H
#define COEXIST_ADMIN_SESSIONS_H

#include "array.h"
#include "policy-decision.h"

struct coexist_admin;

/* The open sessions of this host, as anvil has them. */

struct coexist_open_session {
	const char *user;
	/* e.g. "imap" or "imap-hibernate" */
	const char *service;
	enum coexist_protocol protocol;
	/* empty if the client has none */
	const char *address;
	pid_t pid;
	/* of the connection, empty on Dovecot 2.3 */
	const char *guid;
	/* how many sessions these are, all alike */
	unsigned int count;
	/* It sleeps, and its process is that of all sleepers. */
	bool is_hibernated;
};

ARRAY_DEFINE_TYPE(coexist_open_session, struct coexist_open_session);

/* Adds the sessions of protocols that a policy may be about, from the pool, sorted by
   their users. Returns 1, 0 if no Dovecot runs here, or -1 and an error that says
   what to do. */
int coexist_admin_sessions_read(const struct coexist_admin *admin, pool_t pool,
				ARRAY_TYPE(coexist_open_session) *sessions,
				const char **error_r);

/* Ends a session by anvil, which Dovecot 2.4 can. Returns 1, 0 if it can't, or -1 and
   an error. */
int coexist_admin_session_kick(const struct coexist_open_session *session,
			       const char **error_r);

/* Returns TRUE if these are the same sessions at two times. */
bool coexist_open_session_is(const struct coexist_open_session *a,
			     const struct coexist_open_session *b);

#endif
