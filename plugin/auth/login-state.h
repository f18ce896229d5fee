/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LOGIN_STATE_H
#define COEXIST_LOGIN_STATE_H

#include "compat-auth.h"
#include "login-facts.h"

/* The state of a login: all that the lookups of one request leave for one another,
   from the first passdb to the userdb. The request's event keeps it: fields of the
   request would be sent to clients, and auth workers and auth_cache would lose
   what is no text. A request does one lookup at a time, so there is one of each. */

enum coexist_gate_verdict {
	COEXIST_GATE_PASS,
	COEXIST_GATE_REFUSE,
	/* the same, for now */
	COEXIST_GATE_TEMPFAIL
};

/* Who has verified the password. */
enum coexist_gate_proof {
	COEXIST_GATE_PROVED,
	/* nobody yet: coexist_gate_login_proved() has to be called when the
	   client has shown that it knows it */
	COEXIST_GATE_PROVED_LATER,
	/* nobody here: the host does that the login is forwarded to. The login
	   passes, as nobody must learn the policy from a name alone. */
	COEXIST_GATE_PROVED_ELSEWHERE
};

/* reason is NULL if the login may pass: one line for the client, with its
   response code. It lives for the call only. */
typedef void
coexist_gate_login_callback_t(enum coexist_gate_verdict verdict,
			      const char *reason,
			      struct auth_request *request);

/* The limit of sessions of a login, and what is said when there are so many. */
struct coexist_login_limit {
	struct coexist_login_facts facts;
	uint64_t max;
	const char *reason;
	const char *log;
	/* to be checked when the password is proved */
	bool waits;

	/* while it is checked */
	coexist_gate_login_callback_t *callback;
};

/* A refusal that waits for the proof of the password. */
struct coexist_login_refusal {
	/* COEXIST_GATE_PASS if there is none */
	enum coexist_gate_verdict verdict;
	const char *reason;
	/* whose log gets the line, or NULL */
	struct coexist_gate *gate;
	const char *line;
};

/* What the gate has made for the session of a login that passes. */
struct coexist_login_handover {
	/* NULL if nothing was made */
	struct coexist_gate *gate;
	const char *user;
	time_t time;
	const char *text;
};

/* All from the request's pool, as is the user's name: each that the request had
   stays there. */
struct coexist_login_state {
	/* of the passdb before the gate: see password-proof.h */
	verify_plain_callback_t *watched;

	/* the gate's passdb is asked */
	struct coexist_login_facts facts;
	enum coexist_gate_proof proof;
	coexist_gate_login_callback_t *callback;
	verify_plain_callback_t *verify_plain;
	lookup_credentials_callback_t *lookup_credentials;

	/* what it leaves for the time when the password is proved */
	struct coexist_login_limit limit;
	struct coexist_login_refusal refusal;
	/* Dovecot's reply, which waits for the last decision */
	const void *success;
	size_t success_size;

	/* what it leaves for the userdb: whose policy was looked up, or NULL */
	const char *asked_user;
	bool passed;
	struct coexist_login_handover handover;

	/* the gate's userdb is asked */
	struct coexist_gate *userdb_gate;
	userdb_callback_t *userdb_callback;

	/* The fields coexist_<key> that the userdb, or a passdb with the prefix
	   userdb_, has named so far, indexed by key, NULL for the others. NULL
	   if there are none, as for most logins: the pool of a request would
	   have to grow for them. */
	const char **userdb_texts;
};

/* Returns the request's state, which is new at the first call. */
struct coexist_login_state *
coexist_login_state_get(struct auth_request *request);

/* Reads what the userdb has named so far. */
void coexist_login_state_read_userdb(struct coexist_login_state *state,
				     struct auth_request *request);

/* Returns TRUE if this is the name of the request's user. user may be NULL. */
static inline bool
coexist_login_is_user(const struct auth_request *request, const char *user)
{
	return user != NULL && strcmp(user, request->fields.user) == 0;
}

#endif
