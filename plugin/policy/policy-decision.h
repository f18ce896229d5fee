/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_DECISION_H
#define COEXIST_POLICY_DECISION_H

#include "policy-merge.h"
#include "refusal-table.h"

/* May this login pass? Plain C without allocations, because the gate in the
   auth process and the guard in the sessions decide alike. */

enum coexist_protocol {
	COEXIST_PROTOCOL_IMAP,
	COEXIST_PROTOCOL_POP3,
	COEXIST_PROTOCOL_SUBMISSION,
	COEXIST_PROTOCOL_SIEVE,
	COEXIST_PROTOCOL_WEBMAIL,
	/* LMTP, doveadm and whatever else: never refused */
	COEXIST_PROTOCOL_OTHER
};

/* What is known about a login. */
struct coexist_login {
	enum coexist_protocol protocol;
	bool tls;
	/* days since 1970-01-01, UTC */
	uint64_t today;
	/* Returns true if the client's address lies in one of the networks.
	   Each process has its own library for that. NULL for a client without
	   an address (a UNIX socket), which lies in none. */
	bool (*in_networks)(void *context, const char *networks);
	void *context;
};

enum coexist_refusal {
	COEXIST_REFUSAL_NONE,
	COEXIST_REFUSAL_ACCESS,		/* deny or suspend */
	COEXIST_REFUSAL_UNTIL,		/* the sunset has come */
	COEXIST_REFUSAL_NETWORK,	/* not from this network */
	COEXIST_REFUSAL_TLS,		/* not without TLS */
	/* too many sessions: coexist_policy_decide() never says that, because
	   only the gate can count them */
	COEXIST_REFUSAL_SESSIONS
};

struct coexist_decision {
	enum coexist_refusal refusal;
	/* the key that refuses; unset if nothing does */
	enum coexist_key key;
};

/* Returns the protocol of this name as Dovecot calls it ("imap", "pop3",
   "submission" and Postfix's "smtp", "sieve" and its sessions' "managesieve"),
   else COEXIST_PROTOCOL_OTHER. Webmail is told from imap by webmail_networks,
   which is the caller's to ask. name may be NULL. */
enum coexist_protocol coexist_protocol_find(const char *name);
/* Returns the protocol's name in policy keys, or NULL for OTHER. */
const char *coexist_protocol_name(enum coexist_protocol protocol);

/* Returns the protocol's name for people ("POP3"), "mail access" for OTHER. */
const char *coexist_protocol_label(enum coexist_protocol protocol);

/* Returns the key of the date from which on the protocol, which must not be OTHER, is
   refused. */
enum coexist_key coexist_protocol_until(enum coexist_protocol protocol);
/* Returns the protocol by which the mailbox's mails can be read on that day by who can't
   use this one any more, or OTHER if there is none, or if this is none to read mails
   by. */
enum coexist_protocol
coexist_protocol_instead(const struct coexist_policy *policy,
			 enum coexist_protocol protocol, uint64_t day);
/* Returns the key with the number of sessions that the mailbox may have by the
   protocol, which must not be OTHER. */
enum coexist_key coexist_protocol_max_sessions(enum coexist_protocol protocol);

/* Returns the day from which on the policy refuses the protocol, which must not be
   OTHER, or COEXIST_DATE_NONE. */
uint64_t coexist_policy_until(const struct coexist_policy *policy,
			      enum coexist_protocol protocol);

/* Decides. The order of the checks is that of the enum: who may not use the
   protocol at all is not told to try again with TLS. */
void coexist_policy_decide(const struct coexist_policy *policy,
			   const struct coexist_login *login,
			   struct coexist_decision *decision_r);

/* Returns true for the keys that decisions are made of, of any protocol. */
bool coexist_key_decides(enum coexist_key key);

/* Returns true for a key that a session of this protocol obeys, OTHER being a
   service without logins. gate_decided: the gate has let the login pass, which
   leaves the session nothing to decide. */
bool coexist_session_obeys(enum coexist_protocol protocol, bool gate_decided,
			   enum coexist_key key);

/* Returns true for a key that a delivery obeys. */
bool coexist_delivery_obeys(enum coexist_key key);

/* Returns true if a scope, and not the built-in defaults alone, names a key by which
   logins of the protocol are decided. */
bool coexist_policy_names_decision(const struct coexist_policy *policy,
				   enum coexist_protocol protocol);

/* Returns what the person is told of a refusal. */
enum coexist_refusal_text
coexist_decision_text(const struct coexist_policy *policy,
		      const struct coexist_decision *decision);

#endif
