/* See the contract in admin-policy.h. */

#include "lib.h"
#include "admin-policy.h"
#include "lib-event.h"
#include "str-sanitize.h"
#include "coexist-admin.h"
#include "admin-document.h"
#include "policy-store.h"

#define LOGGED_VALUE_LENGTH 80

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
ignore_unknown_value(void *context ATTR_UNUSED,
		     const struct coexist_scope *scope ATTR_UNUSED,
		     enum coexist_key key ATTR_UNUSED,
		     const char *text ATTR_UNUSED)
{
}

static void
log_unknown_value(void *context, const struct coexist_scope *scope,
		  enum coexist_key key, const char *text)
{
	const struct coexist_admin *admin = context;

	e_warning(admin->event, "Ignoring unknown value in %s: %s=%s",
		  scope->name, coexist_policy_keys[key].name,
		  str_sanitize(text, LOGGED_VALUE_LENGTH));
}

/* The userdb's fields may be what the userdb driver coexist made of the
   documents. A field that says what the documents say is theirs. */
static void
userdb_texts_add(struct coexist_admin_policy *policy, const char *const *texts)
{
	unsigned int i;

	coexist_policy_merge(policy->scopes, COEXIST_ADMIN_POLICY_SCOPE_COUNT,
			     ignore_unknown_value, NULL, &policy->policy);
	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		const struct coexist_policy_entry *entry =
			&policy->policy.entries[i];

		if (texts[i] == NULL)
			continue;
		if (entry->scope == NULL ||
		    entry->scope == &policy->scopes[COEXIST_ADMIN_POLICY_SITE] ||
		    strcmp(entry->text, texts[i]) != 0)
			policy->userdb_texts[i] = texts[i];
	}
}

int coexist_admin_policy_read(const struct coexist_admin *admin,
			      const struct coexist_admin_scope *scope,
			      struct coexist_admin_policy *policy_r)
{
	struct coexist_admin_policy *policy = policy_r;

	i_zero(policy);
	policy->scopes[COEXIST_ADMIN_POLICY_USERDB].name = "userdb";
	policy->scopes[COEXIST_ADMIN_POLICY_USERDB].get = text_get;
	policy->scopes[COEXIST_ADMIN_POLICY_USERDB].context =
		policy->userdb_texts;
	policy->scopes[COEXIST_ADMIN_POLICY_SITE].name = "dovecot.conf";
	policy->scopes[COEXIST_ADMIN_POLICY_SITE].get = text_get;
	policy->scopes[COEXIST_ADMIN_POLICY_SITE].context =
		(void *)admin->config.policy_texts;
	if (documents_read(admin, scope, policy) < 0)
		return -1;
	if (scope->kind == COEXIST_ADMIN_SCOPE_MAILBOX)
		userdb_texts_add(policy, scope->user.userdb_texts);
	coexist_policy_merge(policy->scopes, COEXIST_ADMIN_POLICY_SCOPE_COUNT,
			     log_unknown_value, (void *)admin,
			     &policy->policy);
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
