/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-policy.h. */

#include "lib.h"
#include "admin-policy.h"
#include "lib-event.h"
#include "coexist-admin.h"
#include "admin-document.h"
#include "admin-signature.h"
#include "document-trust.h"
#include "policy-document.h"
#include "policy-document-texts.h"
#include "store-seen.h"

struct unknown_value_context {
	const struct coexist_admin *admin;
	const struct coexist_admin_policy *policy;
};

/* Returns the key of the scope's document, or NULL if there is none. For a
   policy that is no mailbox's, it is one of those that are as wide or wider. */
static const char *
document_key(const struct coexist_admin_scope *scope,
	     enum coexist_policy_scope i)
{
	const char *user = NULL, *domain = NULL;

	if (!coexist_policy_scope_has_document(i))
		return NULL;
	switch (scope->kind) {
	case COEXIST_ADMIN_SCOPE_MAILBOX:
		user = scope->name;
		domain = coexist_policy_scope_domain(user);
		break;
	case COEXIST_ADMIN_SCOPE_DOMAIN:
		domain = scope->name;
		break;
	case COEXIST_ADMIN_SCOPE_DEFAULT:
		break;
	}
	return coexist_policy_scope_key(i, user, domain);
}

static int
documents_read(const struct coexist_admin *admin,
	       const struct coexist_admin_scope *scope,
	       struct coexist_admin_policy *policy)
{
	unsigned int i;

	for (i = 0; i < COEXIST_SCOPE_COUNT; i++) {
		g_autoptr(coexist_document) document = NULL;
		const char *key = document_key(scope, i);

		if (key == NULL)
			continue;
		if (coexist_admin_document_read(admin, key, &document) < 0)
			return -1;
		if (document != NULL) {
			policy->documents[i] =
				coexist_document_texts_new(document);
		}
	}
	return 0;
}

/* Reads a document as the gate does. Returns FALSE and an error if the gate
   could not go by it. */
static bool
document_read_as_gate(const struct coexist_admin *admin,
		      const coexist_keyring *keyring, const char *key,
		      struct coexist_document_texts **texts_r,
		      const char **error_r)
{
	g_autoptr(coexist_document) document = NULL;
	const char *text;

	switch (coexist_store_read_text(admin->store, key, &text, error_r)) {
	case COEXIST_STORE_FOUND:
		break;
	case COEXIST_STORE_NOT_FOUND:
		return TRUE;
	case COEXIST_STORE_GARBAGE:
	case COEXIST_STORE_FAILED:
		return FALSE;
	}
	if (coexist_document_read_trusted(key, text, keyring, &document,
					  error_r) != COEXIST_DOCUMENT_TRUSTED)
		return FALSE;
	*texts_r = coexist_document_texts_new(document);
	return TRUE;
}

static void
documents_read_as_gate(const struct coexist_admin *admin,
		       const struct coexist_admin_scope *scope,
		       struct coexist_admin_policy *policy)
{
	g_autoptr(coexist_keyring) keyring = coexist_admin_keyring_read(admin);
	const char *error;
	unsigned int i;

	for (i = 0; i < COEXIST_SCOPE_COUNT; i++) {
		const char *key = document_key(scope, i);

		if (key != NULL &&
		    !document_read_as_gate(admin, keyring, key,
					   &policy->documents[i], &error)) {
			e_error(admin->event, "%s", error);
			policy->store_failed = TRUE;
		}
	}
}

static const char *scope_word(const struct coexist_admin_policy *policy,
			      const struct coexist_scope *scope)
{
	if (scope == &policy->owner)
		return "owner";
	return coexist_policy_scope_word(scope - policy->scopes);
}

static void
log_unknown_value(void *context, const struct coexist_scope *scope,
		  enum coexist_key key, const char *text)
{
	const struct unknown_value_context *ctx = context;

	coexist_admin_warn_once(ctx->admin, coexist_unknown_value_describe(
		scope_word(ctx->policy, scope), key, text));
}

static void policy_merge(const struct coexist_admin *admin,
			 const struct coexist_admin_scope *scope,
			 struct coexist_admin_policy *policy)
{
	struct unknown_value_context ctx = {
		.admin = admin,
		.policy = policy
	};

	coexist_policy_scopes_init(policy->documents, scope->user.userdb_texts,
				   admin->config.policy_texts, policy->scopes);
	coexist_policy_merge(policy->scopes, COEXIST_SCOPE_COUNT,
			     log_unknown_value, &ctx, &policy->policy);
}

int coexist_admin_policy_read(const struct coexist_admin *admin,
			      const struct coexist_admin_scope *scope,
			      struct coexist_admin_policy *policy_r)
{
	i_zero(policy_r);
	if (documents_read(admin, scope, policy_r) < 0)
		return -1;
	policy_merge(admin, scope, policy_r);
	return 0;
}

int coexist_admin_policy_read_changed(const struct coexist_admin *admin,
				      const struct coexist_admin_scope *scope,
				      enum coexist_admin_scope_kind kind,
				      const struct coexist_document *document,
				      struct coexist_admin_policy *policy_r)
{
	static const enum coexist_policy_scope scopes[] = {
		[COEXIST_ADMIN_SCOPE_MAILBOX] = COEXIST_SCOPE_MAILBOX,
		[COEXIST_ADMIN_SCOPE_DOMAIN] = COEXIST_SCOPE_DOMAIN,
		[COEXIST_ADMIN_SCOPE_DEFAULT] = COEXIST_SCOPE_DEFAULT
	};
	struct coexist_document_texts **changed =
		&policy_r->documents[scopes[kind]];

	i_zero(policy_r);
	if (documents_read(admin, scope, policy_r) < 0)
		return -1;
	coexist_document_texts_unref(*changed);
	*changed = coexist_document_texts_new(document);
	coexist_policy_scopes_init(policy_r->documents,
				   scope->user.userdb_texts,
				   admin->config.policy_texts,
				   policy_r->scopes);
	/* it is read after the one that is not changed, which says what is unknown */
	coexist_policy_merge(policy_r->scopes, COEXIST_SCOPE_COUNT,
			     NULL /* unknown values */, NULL,
			     &policy_r->policy);
	return 0;
}

/* Without its marker, a store that has no document of the mailbox is none for the
   gate, unless this node has never seen one. */
static void
marker_read_as_gate(const struct coexist_admin *admin,
		    struct coexist_admin_policy *policy)
{
	const char *text, *error;

	if (policy->store_failed ||
	    policy->documents[COEXIST_SCOPE_MAILBOX] != NULL ||
	    !coexist_store_needs_marker(&admin->config,
					coexist_store_was_seen()))
		return;
	switch (coexist_store_read_text(admin->store, COEXIST_STORE_KEY_MARKER,
					&text, &error)) {
	case COEXIST_STORE_FOUND:
		return;
	case COEXIST_STORE_NOT_FOUND:
		error = COEXIST_STORE_REMEDY_MARKER;
		break;
	case COEXIST_STORE_GARBAGE:
	case COEXIST_STORE_FAILED:
		break;
	}
	e_error(admin->event, "%s", error);
	policy->store_failed = TRUE;
}

int coexist_admin_policy_read_as_gate(const struct coexist_admin *admin,
				      const struct coexist_admin_scope *scope,
				      struct coexist_admin_policy *policy_r)
{
	i_zero(policy_r);
	documents_read_as_gate(admin, scope, policy_r);
	marker_read_as_gate(admin, policy_r);
	policy_merge(admin, scope, policy_r);
	return 0;
}

void coexist_admin_policy_deinit(struct coexist_admin_policy *policy)
{
	unsigned int i;

	for (i = 0; i < COEXIST_SCOPE_COUNT; i++)
		coexist_document_texts_unref(policy->documents[i]);
}

const char *
coexist_admin_policy_origin(const struct coexist_admin_policy *policy,
			    enum coexist_key key)
{
	const struct coexist_policy_entry *entry = &policy->policy.entries[key];
	const char *word;

	if (entry->scope == NULL)
		return "built-in";
	word = scope_word(policy, entry->scope);
	return entry->preset == NULL ? word :
		t_strdup_printf("%s, preset %s", word, entry->preset);
}
