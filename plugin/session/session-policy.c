/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in session-policy.h. */

#include "lib.h"
#include "session-policy.h"
#include "array.h"
#include "mail-storage-private.h"
#include "str-sanitize.h"
#include "coexist-event.h"
#include "compat-settings.h"
#include "logged-value.h"
#include "policy-handover.h"
#include "userdb-fields.h"

/* A longer line would be two of the log. */
#define DEBUG_VALUE_LENGTH 1024

#define COEXIST_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, coexist_user_module)

enum {
	/* What the auth process made of all documents, those that the userdb's
	   field is narrower than left out: the narrowest. */
	SCOPE_DOCUMENTS,
	SCOPE_USERDB,
	SCOPE_SITE,
	SCOPE_COUNT
};

struct coexist_user {
	union mail_user_module_context module_ctx;

	const char *document_texts[COEXIST_KEY_COUNT];
	const char *userdb_texts[COEXIST_KEY_COUNT];
	struct coexist_conf_policy *site;
	struct coexist_scope scopes[SCOPE_COUNT];
	struct coexist_policy policy;
	bool policy_is_partial;
	char *last_warning;
};

static MODULE_CONTEXT_DEFINE_INIT(coexist_user_module,
				  &mail_user_module_register);

static const char *site_get(void *context, enum coexist_key key)
{
	struct coexist_user *cuser = context;

	return coexist_conf_policy_get(cuser->site, key);
}

static void
log_unknown_value(void *context, const struct coexist_scope *scope,
		  enum coexist_key key, const char *text)
{
	struct mail_user *user = context;
	const struct coexist_policy_key *info = &coexist_policy_keys[key];

	e_warning(user->event, "coexist: Ignoring unknown value in %s: "
		  COEXIST_KEY_PREFIX"%s=%s (expected %s)",
		  scope->name, info->name, coexist_logged_value(text),
		  info->expected);
}

static void
log_unknown_keys(struct mail_user *user, const struct coexist_scope *scope,
		 const char *const *names)
{
	for (; *names != NULL; names++) {
		e_warning(user->event, "coexist: Ignoring unknown key in %s: "
			  COEXIST_KEY_PREFIX"%s", scope->name,
			  coexist_logged_value(*names));
	}
}

static void coexist_user_deinit(struct mail_user *user)
{
	struct coexist_user *cuser = COEXIST_USER_CONTEXT(user);

	i_assert(cuser != NULL);
	coexist_conf_policy_free(&cuser->site);
	i_free(cuser->last_warning);
	cuser->module_ctx.super.deinit(user);
}

/* Traces which value of which scope the session obeys. */
static void policy_log(struct mail_user *user, const struct coexist_user *cuser)
{
	const struct coexist_policy_entry *entry;
	unsigned int i;

	/* a delivery has a second user, whom it reads the message as */
	if (user->autocreated)
		return;
	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		entry = &cuser->policy.entries[i];
		if (entry->scope == NULL)
			continue;
		coexist_trace(user, "%s=%s (%s)", coexist_policy_keys[i].name,
			      str_sanitize(entry->text, DEBUG_VALUE_LENGTH),
			      entry->scope->name);
	}
}

static void scopes_init(struct coexist_user *cuser, bool has_documents)
{
	struct coexist_scope *scopes = cuser->scopes;

	coexist_scope_init_texts(&scopes[SCOPE_DOCUMENTS], "a policy document",
				 has_documents ? cuser->document_texts : NULL);
	scopes[SCOPE_DOCUMENTS].empty_counts = TRUE;
	coexist_scope_init_texts(&scopes[SCOPE_USERDB], "userdb",
				 cuser->userdb_texts);
	scopes[SCOPE_SITE].name = "dovecot.conf";
	scopes[SCOPE_SITE].get = site_get;
	scopes[SCOPE_SITE].context = cuser;
}

static void policy_read(struct mail_user *user, struct coexist_user *cuser)
{
	const char *const *unknown;
	const char *handover;

	handover = coexist_handover_find(user->userdb_fields);
	if (handover != NULL)
		coexist_handover_read(user->pool, handover,
				      cuser->document_texts);
	scopes_init(cuser, handover != NULL);
	unknown = coexist_userdb_fields_read(user->pool, user->userdb_fields,
					     cuser->userdb_texts);
	log_unknown_keys(user, &cuser->scopes[SCOPE_USERDB], unknown);
	unknown = coexist_conf_policy_get_unknown(cuser->site);
	log_unknown_keys(user, &cuser->scopes[SCOPE_SITE], unknown);

	coexist_policy_merge(cuser->scopes, SCOPE_COUNT,
			     log_unknown_value, user, &cuser->policy);
	cuser->policy_is_partial = handover != NULL &&
		coexist_handover_is_partial(handover);
	policy_log(user, cuser);
}

void coexist_session_policy_user_created(struct mail_user *user)
{
	struct mail_user_vfuncs *v = user->vlast;
	struct coexist_conf_policy *site;
	struct coexist_user *cuser;
	const char *error;

	if (coexist_conf_policy_read(user, &site, &error) < 0) {
		e_error(user->event, "coexist: Can't read the settings, "
			"going on without them: %s", error);
		return;
	}

	cuser = p_new(user->pool, struct coexist_user, 1);
	cuser->site = site;
	cuser->module_ctx.super = *v;
	user->vlast = &cuser->module_ctx.super;
	v->deinit = coexist_user_deinit;
	MODULE_CONTEXT_SET(user, coexist_user_module, cuser);

	T_BEGIN {
		policy_read(user, cuser);
	} T_END;
}

bool coexist_session_policy_is_partial(struct mail_user *user)
{
	struct coexist_user *cuser = COEXIST_USER_CONTEXT(user);

	return cuser != NULL && cuser->policy_is_partial;
}

const struct coexist_policy *coexist_session_policy_get(struct mail_user *user)
{
	struct coexist_user *cuser = COEXIST_USER_CONTEXT(user);

	return cuser == NULL ? NULL : &cuser->policy;
}

void coexist_session_policy_warn_once(struct mail_user *user, const char *warning)
{
	struct coexist_user *cuser = COEXIST_USER_CONTEXT(user);

	i_assert(cuser != NULL);
	if (null_strcmp(cuser->last_warning, warning) == 0)
		return;
	i_free(cuser->last_warning);
	cuser->last_warning = i_strdup(warning);
	e_warning(user->event, "%s", warning);
}
