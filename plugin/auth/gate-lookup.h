/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_GATE_LOOKUP_H
#define COEXIST_GATE_LOOKUP_H

#include "policy-scopes.h"

struct auth_request;
struct event;
struct coexist_gate;

/* The look-up of a mailbox's effective policy, as the auth process knows it: the
   documents of the store, merged. */

struct coexist_gate_policy {
	struct coexist_policy policy;
	struct coexist_scope scopes[COEXIST_SCOPE_COUNT];
	/* The documents that were read, NULL where there is none. */
	const struct coexist_document_texts *documents[COEXIST_SCOPE_COUNT];
	/* of the store, before any document was read: its number if it was new
	   then, else 0 */
	uint64_t generation;
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

enum coexist_gate_lookup_flags {
	/* The same login looked it up before: then the mailbox's document need
	   not be read again. */
	COEXIST_GATE_LOOKUP_AGAIN = 0x01,
	/* The event logs what there was. */
	COEXIST_GATE_LOOKUP_TRACED = 0x02
};

typedef void coexist_gate_callback_t(const struct coexist_gate_policy *policy,
				     void *context);

/* Looks up the policy of the request's user. userdb_texts, indexed by key, is what the userdb
   named so far, or NULL if that is nothing. It and the request must live until the
   callback, which may be called before this returns. The policy lives for the
   call only. */
void coexist_gate_lookup(struct coexist_gate *gate, struct event *event,
			 const struct auth_request *request,
			 const char *const *userdb_texts,
			 enum coexist_gate_lookup_flags flags,
			 coexist_gate_callback_t *callback, void *context);

#endif
