/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_SCOPES_H
#define COEXIST_POLICY_SCOPES_H

#include "policy-merge.h"
#include "policy-store.h"

struct coexist_document_texts;

/* The scopes of a mailbox's effective policy, in their order of precedence, for
   the gate and for doveadm: what the gate goes by is what doveadm explains. */

/* The table of scopes, narrowest first, a line each:

     (id, the word that commands print, the name that the log has, where its
      document is, whose name that has)

   A scope with a document needs nothing but its line here, and somebody who
   writes the document. */
#define COEXIST_POLICY_SCOPES(S) \
	S(MAILBOX, "mailbox", "the mailbox's document", \
	  COEXIST_STORE_PREFIX_MAILBOX, USER) \
	S(USERDB, "userdb", "userdb", NULL, USER) \
	S(DOMAIN, "domain", "the domain's document", \
	  COEXIST_STORE_PREFIX_DOMAIN, DOMAIN) \
	S(DEFAULT, "default", "the default document", \
	  COEXIST_STORE_KEY_DEFAULT, EVERYBODY) \
	S(SITE, "dovecot.conf", "dovecot.conf", NULL, EVERYBODY)

enum coexist_policy_scope {
#define COEXIST_SCOPE_ID(id, word, name, place, whose) COEXIST_SCOPE_##id,
	COEXIST_POLICY_SCOPES(COEXIST_SCOPE_ID)
#undef COEXIST_SCOPE_ID
	COEXIST_SCOPE_COUNT
};

/* Returns the scope's word ("mailbox"), or its name for the log. */
const char *coexist_policy_scope_word(enum coexist_policy_scope scope);
const char *coexist_policy_scope_name(enum coexist_policy_scope scope);
/* Returns TRUE for a scope that is a document of the store. */
bool coexist_policy_scope_has_document(enum coexist_policy_scope scope);
/* Returns TRUE for a scope in which a user is alone. */
bool coexist_policy_scope_is_personal(enum coexist_policy_scope scope);

/* Returns the domain of a user's name, or NULL. */
const char *coexist_policy_scope_domain(const char *user);
/* Returns the store's key of the scope's document, on the data stack, or NULL if
   there can't be one. user and domain may be NULL: then it is not theirs. */
const char *coexist_policy_scope_key(enum coexist_policy_scope scope,
				     const char *user, const char *domain);

/* Makes the scopes for coexist_policy_merge(). documents is indexed by scope, NULL
   where there is none; userdb_texts and site_texts are indexed by key, or NULL
   where nothing is said. All must outlive the policy. */
void
coexist_policy_scopes_init(struct coexist_document_texts *const *documents,
			   const char *const *userdb_texts,
			   const char *const *site_texts,
			   struct coexist_scope scopes_r[COEXIST_SCOPE_COUNT]);

/* Returns what the log says of a value that is none, on the data stack. */
const char *coexist_unknown_value_describe(const char *scope_name,
					   enum coexist_key key,
					   const char *text);

#endif
