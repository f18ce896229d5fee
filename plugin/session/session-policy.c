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
#include "user-hooks.h"
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

/* Each session has one, in memory of its own: what is needed for the merge alone is
   not in it. */
struct coexist_user {
	union mail_user_module_context module_ctx;

	/* the policy's texts may be in it */
	struct coexist_conf_policy *site;
	/* the policy names them */
	struct coexist_scope scopes[SCOPE_COUNT];
	struct coexist_policy policy;
	bool policy_is_partial;
	/* to the mailbox' owner */
	coexist_openable_set open;
	/* by openable key, before the owner's choices; NULL without these */
	struct coexist_policy_entry *given;
	char *last_warning;
};

static MODULE_CONTEXT_DEFINE_INIT(coexist_user_module,
				  &mail_user_module_register);

/* Of the entries that the owner's choices are. */
static const struct coexist_scope owner_scope = {
	.name = "the owner's choice"
};

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

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		entry = &cuser->policy.entries[i];
		if (entry->scope == NULL)
			continue;
		coexist_trace(user, "%s=%s (%s)", coexist_policy_keys[i].name,
			      str_sanitize(entry->text, DEBUG_VALUE_LENGTH),
			      entry->scope->name);
	}
}

/* Makes the scopes of the texts that the auth process handed over and that the userdb
   names, NULL where there are none, and of dovecot.conf. */
static void
scopes_init(struct coexist_user *cuser, const char *const *documents,
	    const char *const *userdb)
{
	struct coexist_scope *scopes = cuser->scopes;

	coexist_scope_init_texts(&scopes[SCOPE_DOCUMENTS], "a policy document",
				 documents);
	scopes[SCOPE_DOCUMENTS].empty_counts = TRUE;
	coexist_scope_init_texts(&scopes[SCOPE_USERDB], "userdb", userdb);
	scopes[SCOPE_USERDB].yes_inherits = TRUE;
	scopes[SCOPE_SITE].name = "dovecot.conf";
	scopes[SCOPE_SITE].get = cuser->site == NULL ? NULL : site_get;
	scopes[SCOPE_SITE].context = cuser;
}

/* Returns the texts of a hand-over, which are from the pool; their list is on the data
   stack. */
static const char *const *
documents_read(pool_t pool, const char *handover,
	       const char *items_r[COEXIST_HANDOVER_ITEM_COUNT])
{
	const char **texts = t_new(const char *, COEXIST_KEY_COUNT);

	coexist_handover_read(pool, handover, texts, items_r);
	return texts;
}

/* The same of what the userdb names. */
static const char *const *
userdb_read(pool_t pool, const char *const *fields,
	    const char *const **unknown_r)
{
	const char **texts = t_new(const char *, COEXIST_KEY_COUNT);

	*unknown_r = coexist_userdb_fields_read(pool, fields, texts);
	return texts;
}

static void
log_all_unknown_keys(struct mail_user *user, const struct coexist_user *cuser,
		     const char *const *unknown)
{
	if (unknown != NULL)
		log_unknown_keys(user, &cuser->scopes[SCOPE_USERDB], unknown);
	if (cuser->site != NULL) {
		unknown = coexist_conf_policy_get_unknown(cuser->site);
		log_unknown_keys(user, &cuser->scopes[SCOPE_SITE], unknown);
	}
}

/* Returns the keys that are open to the owner. Where there is a hand-over, fixed is its
   item, else NULL: what the documents say is one scope here, so which of them named a
   key the gate knows alone. Where it saw nothing open, and dovecot.conf of 2.3 opens
   a key for sessions only, each key that documents have counts as named. */
static coexist_openable_set
open_find(const struct coexist_user *cuser, const char *fixed)
{
	const struct coexist_scope *scopes = cuser->scopes, *opener =
		cuser->policy.entries[COEXIST_KEY_owner_may_change].scope;

	if (opener == NULL || cuser->policy_is_partial)
		return 0;
	if (fixed == NULL) {
		return opener == &scopes[SCOPE_DOCUMENTS] ? 0 :
			coexist_owner_open(&cuser->policy, scopes, SCOPE_COUNT);
	}
	return coexist_owner_open(&cuser->policy, opener,
				  /*scope_count=*/1) &
		~coexist_openable_parse(fixed) &
		~(opener == &scopes[SCOPE_SITE] ?
		  coexist_owner_named(&scopes[SCOPE_USERDB], 1) : 0);
}

static void policy_read(struct mail_user *user, struct coexist_user *cuser)
{
	const char *const *fields = user->userdb_fields;
	const char *handover = coexist_handover_find(fields);
	const char *const *documents = NULL, *const *userdb = NULL;
	const char *items[COEXIST_HANDOVER_ITEM_COUNT];
	const char *const *unknown = NULL;
	const char *fixed = NULL;
	unsigned int i;

	if (handover != NULL) {
		documents = documents_read(user->pool, handover, items);
		cuser->policy_is_partial = coexist_handover_is_partial(items);
		fixed = items[COEXIST_HANDOVER_OWNER];
	}
	if (coexist_userdb_fields_have_any(fields))
		userdb = userdb_read(user->pool, fields, &unknown);
	scopes_init(cuser, documents, userdb);
	log_all_unknown_keys(user, cuser, unknown);
	coexist_policy_merge(cuser->scopes, SCOPE_COUNT,
			     log_unknown_value, user, &cuser->policy);
	cuser->open = open_find(cuser, fixed);
	/* nothing but their names is of use any more */
	for (i = 0; i < SCOPE_COUNT; i++)
		cuser->scopes[i].get = NULL;
	/* a delivery has a second user, whom it reads the message as */
	if (!user->autocreated && coexist_trace_is_on(user))
		policy_log(user, cuser);
}

/* Returns TRUE unless nothing but the gate's word, if that, is among the fields.
   Commands say of a mailbox without a policy what they say of others. */
static bool is_told(const struct mail_user *user)
{
	const char *handover;

	if (strcmp(user->service, "doveadm") == 0)
		return TRUE;
	if (!coexist_handover_fields_have_ours(user->userdb_fields))
		return FALSE;
	handover = coexist_handover_find(user->userdb_fields);
	return (handover != NULL && coexist_handover_says_more(handover)) ||
		coexist_userdb_fields_have_any(user->userdb_fields);
}

void coexist_session_policy_user_created(struct mail_user *user)
{
	struct mail_user_vfuncs *v = user->vlast;
	struct coexist_conf_policy *site;
	struct coexist_user *cuser;
	const char *error;
	bool notes_use;

	if (coexist_conf_policy_read(user, &site, &notes_use, &error) < 0) {
		e_error(user->event, "coexist: Can't read the settings, "
			"going on without them: %s", error);
		return;
	}
	if (notes_use)
		coexist_user_hooks_add(user, COEXIST_HOOKS_USE_NOTE);
	if (site == NULL && !is_told(user)) {
		coexist_trace(user, "No policy: neither the documents nor the "
			      "userdb nor dovecot.conf says anything");
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

const struct coexist_policy *
coexist_session_policy_merge(struct mail_user *user, const char *const *fields)
{
	const struct coexist_user *own = COEXIST_USER_CONTEXT(user);
	const char *handover = coexist_handover_find(fields);
	const char *const *documents = NULL, *const *userdb, *const *unknown;
	pool_t pool = pool_datastack_create();
	struct coexist_user *cuser = t_new(struct coexist_user, 1);

	cuser->site = own == NULL ? NULL : own->site;
	if (handover != NULL)
		documents = documents_read(pool, handover, NULL);
	userdb = userdb_read(pool, fields, &unknown);
	scopes_init(cuser, documents, userdb);
	coexist_policy_merge(cuser->scopes, SCOPE_COUNT,
			     NULL /* unknown values */, NULL, &cuser->policy);
	return &cuser->policy;
}

coexist_openable_set coexist_session_policy_get_open(struct mail_user *user)
{
	struct coexist_user *cuser = COEXIST_USER_CONTEXT(user);

	return cuser == NULL ? 0 : cuser->open;
}

coexist_openable_set
coexist_session_policy_choose(struct mail_user *user,
			      const char *const texts[COEXIST_OPENABLE_COUNT])
{
	struct coexist_user *cuser = COEXIST_USER_CONTEXT(user);
	unsigned int i;

	if (cuser == NULL || cuser->open == 0)
		return 0;
	cuser->given = p_new(user->pool, struct coexist_policy_entry,
			     COEXIST_OPENABLE_COUNT);
	for (i = 0; i < COEXIST_OPENABLE_COUNT; i++) {
		cuser->given[i] = cuser->policy.entries[
			coexist_openable_keys[i].key];
	}
	return coexist_owner_choose(&cuser->policy, &owner_scope, cuser->open,
				    texts);
}

bool coexist_session_policy_is_chosen(const struct coexist_policy *policy,
				      enum coexist_key key)
{
	return policy->entries[key].scope == &owner_scope;
}

const char *coexist_session_policy_origin(struct mail_user *user,
					  enum coexist_key key)
{
	struct coexist_user *cuser = COEXIST_USER_CONTEXT(user);
	const struct coexist_scope *scope;
	const char *word;

	i_assert(cuser != NULL);
	scope = cuser->policy.entries[key].scope;
	if (scope == NULL)
		return "";
	word = scope != &cuser->scopes[SCOPE_DOCUMENTS] ? NULL :
		coexist_handover_origin_find(
			coexist_handover_find(user->userdb_fields), key);
	return word == NULL ? scope->name :
		t_strconcat(scope->name, ": ", word, NULL);
}

const struct coexist_policy_entry *
coexist_session_policy_get_given(struct mail_user *user,
				 enum coexist_openable openable)
{
	struct coexist_user *cuser = COEXIST_USER_CONTEXT(user);

	i_assert(cuser != NULL);
	return cuser->given != NULL ? &cuser->given[openable] :
		&cuser->policy.entries[coexist_openable_keys[openable].key];
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

	if (cuser != NULL) {
		if (null_strcmp(cuser->last_warning, warning) == 0)
			return;
		i_free(cuser->last_warning);
		cuser->last_warning = i_strdup(warning);
	}
	e_warning(user->event, "%s", warning);
}
