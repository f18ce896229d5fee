#ifndef COEXIST_GATE_LOOKUP_H
#define COEXIST_GATE_LOOKUP_H

#include "policy-merge.h"

struct event;
struct coexist_gate;

/* The policy of a mailbox as the auth process knows it: the documents of the
   store, merged. */

/* The scopes, narrowest first. */
enum coexist_gate_scope {
	COEXIST_GATE_SCOPE_MAILBOX,
	COEXIST_GATE_SCOPE_USERDB,
	COEXIST_GATE_SCOPE_DOMAIN,
	COEXIST_GATE_SCOPE_DEFAULT,
	COEXIST_GATE_SCOPE_SITE,
	COEXIST_GATE_SCOPE_COUNT
};

/* What was looked up a moment ago may be taken for an answer for so long. Time is
   in whole seconds, so for users it is one more: tests/doc/seconds knows the
   pages that say so. */
#define COEXIST_GATE_ANSWER_SECS 3

struct coexist_gate_policy {
	struct coexist_policy policy;
	struct coexist_scope scopes[COEXIST_GATE_SCOPE_COUNT];
	/* At least one document could not be read. If it was read before, the
	   policy has it as it was. */
	bool store_failed;
	/* At least one could not be read, and nothing is known of it. */
	bool is_partial;
	/* What the policy would be if documents counted whose signature could
	   not be proved true or false, or NULL if there is none of them. */
	const struct coexist_gate_policy *unproved;
};

/* Returns TRUE for a key that a document names. What a narrower scope said in
   the userdb, and what dovecot.conf says, the session knows itself. */
bool coexist_gate_policy_hands_over(const struct coexist_gate_policy *policy,
				    enum coexist_key key);

typedef void coexist_gate_callback_t(const struct coexist_gate_policy *policy,
				     void *context);

/* Looks up the user's policy. userdb_texts, indexed by key, is what the userdb
   named so far, or NULL if that is nothing; it must live until the callback,
   which may be called before this returns. asked_before says that the same
   login looked it up before: then the mailbox's document need not be read again.
   The policy lives for the call only. */
void coexist_gate_lookup(struct coexist_gate *gate, struct event *event,
			 const char *user, const char *const *userdb_texts,
			 bool asked_before,
			 coexist_gate_callback_t *callback, void *context);

/* Answers those who wait as if the store had failed. */
void coexist_gate_lookups_end(struct coexist_gate *gate);

#endif
