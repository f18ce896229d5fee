/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_POLICY_H
#define COEXIST_ADMIN_POLICY_H

#include "admin-scope.h"
#include "policy-scopes.h"

struct coexist_admin;
struct coexist_document;
struct coexist_document_texts;

/* The effective policy of a scope and the wider ones together, as the gate sees
   it. */

struct coexist_admin_policy {
	struct coexist_policy policy;
	struct coexist_scope scopes[COEXIST_SCOPE_COUNT];
	/* of what the mailbox' owner chose: admin-owner.h */
	struct coexist_scope owner;
	/* by scope, NULL where there is none */
	struct coexist_document_texts *documents[COEXIST_SCOPE_COUNT];
	/* a document that the gate could not go by was left out */
	bool store_failed;
};

/* Reads the documents and merges. Returns 0, or -1 after an error was logged
   and the exit code set; deinitialise in both cases. The policy refers to
   itself, to the scope and to the admin: it must not be moved. */
int coexist_admin_policy_read(const struct coexist_admin *admin,
			      const struct coexist_admin_scope *scope,
			      struct coexist_admin_policy *policy_r);
/* The same if the document of this kind of scope, which is the scope's or a wider one's,
   were this one. */
int coexist_admin_policy_read_changed(const struct coexist_admin *admin,
				      const struct coexist_admin_scope *scope,
				      enum coexist_admin_scope_kind kind,
				      const struct coexist_document *document,
				      struct coexist_admin_policy *policy_r);
/* The same for a mailbox, but with the gate's eyes: where a document can't be
   read, is none or lacks a signature that the site wants, the error is logged
   and the policy made of the others. */
int coexist_admin_policy_read_as_gate(const struct coexist_admin *admin,
				      const struct coexist_admin_scope *scope,
				      struct coexist_admin_policy *policy_r);
void coexist_admin_policy_deinit(struct coexist_admin_policy *policy);

/* Returns where the key's effective value comes from, on the data stack:
   the scope's word or "built-in", with the preset that it is part of. */
const char *
coexist_admin_policy_origin(const struct coexist_admin_policy *policy,
			    enum coexist_key key);

#endif
