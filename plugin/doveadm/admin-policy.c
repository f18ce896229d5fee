/* See the contract in admin-policy.h. */

#include "lib.h"
#include "admin-policy.h"
#include "lib-event.h"
#include "coexist-admin.h"
#include "admin-document.h"
#include "admin-signature.h"
#include "logged-value.h"
#include "policy-store.h"
#include "store-seen.h"

static const char *text_get(void *context, enum coexist_key key)
{
	const char *const *texts = context;

	return texts[key];
}

static int
document_read(const struct coexist_admin *admin,
	      struct coexist_admin_policy *policy,
	      enum coexist_admin_policy_scope scope, const char *name,
	      const char *key)
{
	if (key != NULL &&
	    coexist_admin_document_read(admin, key,
					&policy->documents[scope]) < 0)
		return -1;
	coexist_document_init_scope(policy->documents[scope], name,
				    &policy->scopes[scope]);
	return 0;
}

/* Reads a document as the gate does. Returns FALSE and an error if the gate
   could not go by it. */
static bool
document_read_trusted(const struct coexist_admin *admin,
		      const coexist_keyring *keyring, const char *key,
		      struct coexist_document **document_r,
		      const char **error_r)
{
	g_autoptr(GError) error = NULL;

	switch (coexist_store_read(admin->store, key, document_r, error_r)) {
	case COEXIST_STORE_FOUND:
		break;
	case COEXIST_STORE_NOT_FOUND:
		return TRUE;
	case COEXIST_STORE_GARBAGE:
	case COEXIST_STORE_FAILED:
		return FALSE;
	}
	if (keyring == NULL ||
	    coexist_document_verify(*document_r, key, keyring,
				    &error) == COEXIST_SIGNATURE_VALID)
		return TRUE;
	g_clear_pointer(document_r, coexist_document_unref);
	*error_r = t_strdup_printf("%s: %s", key, error->message);
	return FALSE;
}

static void
document_read_as_gate(const struct coexist_admin *admin,
		      struct coexist_admin_policy *policy,
		      const coexist_keyring *keyring,
		      enum coexist_admin_policy_scope scope, const char *name,
		      const char *key)
{
	const char *error;

	if (key != NULL &&
	    !document_read_trusted(admin, keyring, key,
				   &policy->documents[scope], &error)) {
		e_error(admin->event, "%s", error);
		policy->store_failed = TRUE;
	}
	coexist_document_init_scope(policy->documents[scope], name,
				    &policy->scopes[scope]);
}

/* Returns the key of the domain's document that is wider than the scope, or
   NULL if there is none. */
static const char *domain_key(const struct coexist_admin_scope *scope)
{
	const char *domain;

	switch (scope->kind) {
	case COEXIST_ADMIN_SCOPE_MAILBOX:
		domain = strrchr(scope->user.name, '@');
		return domain == NULL ? NULL :
			coexist_store_key_domain(domain + 1);
	case COEXIST_ADMIN_SCOPE_DOMAIN:
		return scope->key;
	case COEXIST_ADMIN_SCOPE_DEFAULT:
		break;
	}
	return NULL;
}

static int
documents_read(const struct coexist_admin *admin,
	       const struct coexist_admin_scope *scope,
	       struct coexist_admin_policy *policy)
{
	const char *mailbox_key =
		scope->kind == COEXIST_ADMIN_SCOPE_MAILBOX ? scope->key : NULL;

	return document_read(admin, policy, COEXIST_ADMIN_POLICY_MAILBOX,
			     "mailbox", mailbox_key) < 0 ||
		document_read(admin, policy, COEXIST_ADMIN_POLICY_DOMAIN,
			      "domain", domain_key(scope)) < 0 ||
		document_read(admin, policy, COEXIST_ADMIN_POLICY_DEFAULT,
			      "default", COEXIST_STORE_KEY_DEFAULT) < 0 ?
		-1 : 0;
}

static void
log_unknown_value(void *context, const struct coexist_scope *scope,
		  enum coexist_key key, const char *text)
{
	const struct coexist_admin *admin = context;

	e_warning(admin->event, "Ignoring unknown value in %s: %s=%s",
		  scope->name, coexist_policy_keys[key].name,
		  coexist_logged_value(text));
}

static void policy_init(const struct coexist_admin *admin,
			struct coexist_admin_policy *policy)
{
	i_zero(policy);
	policy->scopes[COEXIST_ADMIN_POLICY_USERDB].name = "userdb";
	policy->scopes[COEXIST_ADMIN_POLICY_USERDB].get = text_get;
	policy->scopes[COEXIST_ADMIN_POLICY_USERDB].context =
		policy->userdb_texts;
	policy->scopes[COEXIST_ADMIN_POLICY_SITE].name = "dovecot.conf";
	policy->scopes[COEXIST_ADMIN_POLICY_SITE].get = text_get;
	policy->scopes[COEXIST_ADMIN_POLICY_SITE].context =
		(void *)admin->config.policy_texts;
}

static void policy_merge(const struct coexist_admin *admin,
			 const struct coexist_admin_scope *scope,
			 struct coexist_admin_policy *policy)
{
	memcpy(policy->userdb_texts, scope->user.userdb_texts,
	       sizeof(policy->userdb_texts));
	coexist_policy_merge(policy->scopes, COEXIST_ADMIN_POLICY_SCOPE_COUNT,
			     log_unknown_value, (void *)admin,
			     &policy->policy);
}

int coexist_admin_policy_read(const struct coexist_admin *admin,
			      const struct coexist_admin_scope *scope,
			      struct coexist_admin_policy *policy_r)
{
	policy_init(admin, policy_r);
	if (documents_read(admin, scope, policy_r) < 0)
		return -1;
	policy_merge(admin, scope, policy_r);
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
	    policy->documents[COEXIST_ADMIN_POLICY_MAILBOX] != NULL ||
	    (coexist_site_number(&admin->config, COEXIST_SITE_on_store_error) !=
	     COEXIST_ON_STORE_ERROR_TEMPFAIL && !coexist_store_was_seen()))
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
	g_autoptr(coexist_keyring) keyring = NULL;

	policy_init(admin, policy_r);
	keyring = coexist_admin_keyring_read(admin);
	document_read_as_gate(admin, policy_r, keyring,
			      COEXIST_ADMIN_POLICY_MAILBOX, "mailbox",
			      scope->key);
	document_read_as_gate(admin, policy_r, keyring,
			      COEXIST_ADMIN_POLICY_DOMAIN, "domain",
			      domain_key(scope));
	document_read_as_gate(admin, policy_r, keyring,
			      COEXIST_ADMIN_POLICY_DEFAULT, "default",
			      COEXIST_STORE_KEY_DEFAULT);
	marker_read_as_gate(admin, policy_r);
	policy_merge(admin, scope, policy_r);
	return 0;
}

void coexist_admin_policy_deinit(struct coexist_admin_policy *policy)
{
	unsigned int i;

	for (i = 0; i < COEXIST_ADMIN_POLICY_SCOPE_COUNT; i++)
		coexist_document_unref(policy->documents[i]);
}

const char *
coexist_admin_policy_origin(const struct coexist_admin_policy *policy,
			    enum coexist_key key)
{
	const struct coexist_policy_entry *entry = &policy->policy.entries[key];

	if (entry->scope == NULL)
		return "built-in";
	if (entry->preset == NULL)
		return entry->scope->name;
	return t_strdup_printf("%s, preset %s", entry->scope->name,
			       entry->preset);
}
