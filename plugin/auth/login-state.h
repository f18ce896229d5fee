/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LOGIN_STATE_H
#define COEXIST_LOGIN_STATE_H

#include "compat-auth.h"
#include "login-facts.h"
#include "refusal-log.h"

struct coexist_gate_block;
struct watched_userdb;

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

struct coexist_login_state;

/* reason is NULL if the login may pass: one line for the client, with its
   response code. It lives for the call only. */
typedef void
coexist_gate_login_callback_t(enum coexist_gate_verdict verdict,
			      const char *reason,
			      struct coexist_login_state *state);

/* The limit of sessions of a login, and what is said when there are so many. */
struct coexist_login_limit {
	struct coexist_login_facts facts;
	uint64_t max;
	const char *reason;
	struct coexist_refusal_cause cause;
	/* to be checked when the password is proved */
	bool waits;

	/* while it is checked */
	struct coexist_login_state *state;
	coexist_gate_login_callback_t *callback;
};

/* A refusal that waits for the proof of the password. */
struct coexist_login_refusal {
	/* COEXIST_GATE_PASS if there is none */
	enum coexist_gate_verdict verdict;
	const char *reason;
	/* what is to be logged; without a gate, nothing */
	struct coexist_login_facts facts;
	struct coexist_refusal_cause cause;
	bool log_only;
};

/* What the gate has made for the session of a login that passes, by the policy that was
   looked up last. */
struct coexist_login_handover {
	/* NULL if nothing was made */
	struct coexist_gate *gate;
	time_t time;
	/* the carrier's value, empty if the session is told nothing */
	const char *carried;
};

/* Who gets the answer of a passdb, which is asked in one of two ways. */
union coexist_passdb_callback {
	verify_plain_callback_t *verify_plain;
	lookup_credentials_callback_t *lookup_credentials;
};

/* All from the request's pool, as is the user's name: each that the request had
   stays there. Dovecot makes that pool so large that a login needs no more, and one
   that has to grow costs as much as the rest of the gate: most logins have no limit
   and no refusal. */
struct coexist_login_state {
	struct auth_request *request;
	/* when the gate's passdb is asked */
	enum coexist_gate_proof proof;
	/* Dovecot logs what the gate does. It takes hundreds of instructions to
	   find that out, so it is asked once. */
	bool is_traced:1;
	/* of the passdb before the gate: see password-proof.h */
	bool any_password:1;
	/* the gate has let the login pass */
	bool passed:1;
	/* no field of the userdbs is the carrier, nor one of ours */
	bool userdb_is_plain:1;

	/* of the passdb before the gate, too */
	verify_plain_callback_t *watched;
	/* of one that by-passes the gate: see open-chain.h */
	union coexist_passdb_callback open;

	/* the gate is asked at the reply, for this block of configuration */
	const struct coexist_gate_block *block;
	coexist_gate_login_callback_t *decided;

	/* or the gate's passdb is asked */
	struct coexist_login_facts facts;
	coexist_gate_login_callback_t *callback;
	union coexist_passdb_callback passdb;

	/* what it leaves for the time when the password is proved */
	struct coexist_login_limit *limit;
	struct coexist_login_refusal *refusal;
	/* Dovecot's reply, which waits for the last decision */
	const void *success;
	size_t success_size;

	/* what it leaves for the userdb: whose policy was looked up, or NULL, and
	   by which new generation of the store, if it was one, or 0 */
	const char *asked_user;
	uint64_t generation;
	struct coexist_login_handover handover;

	/* the userdbs are asked, and watched, or ours is the last of them: who gets
	   the answer of all */
	const struct watched_userdb *watch;
	userdb_callback_t *watched_userdb;

	/* the gate hands over */
	struct coexist_gate *userdb_gate;
	userdb_callback_t *userdb_callback;
	struct event *userdb_event;

	/* The fields coexist_<key> that the userdb, or a passdb with the prefix
	   userdb_, has named so far, indexed by key, NULL for the others. NULL
	   if there are none, as for most logins: the pool of a request would
	   have to grow for them. */
	const char **userdb_texts;
};

/* Returns the request's state, which is new at the first call. Dovecot goes through
   all that the request's event has: who has the state hands it on. */
struct coexist_login_state *
coexist_login_state_get(struct auth_request *request);

/* Returns the login's refusal, which is one by nobody if it is new. */
struct coexist_login_refusal *
coexist_login_state_refusal(struct coexist_login_state *state);

/* Reads what the userdb has named so far. */
void coexist_login_state_read_userdb(struct coexist_login_state *state);

/* Returns TRUE if this is the name of the request's user. user may be NULL. */
static inline bool
coexist_login_is_user(const struct auth_request *request, const char *user)
{
	return user != NULL && strcmp(user, request->fields.user) == 0;
}

#endif
