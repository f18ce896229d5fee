/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-judge.h. */

#include "lib.h"
#include "admin-judge.h"
#include "ioloop.h"
#include "net.h"
#include "coexist/day.h"
#include "admin-networks.h"
#include "coexist-admin.h"
#include "policy-document.h"
#include "policy-document-texts.h"
#include "policy-scopes.h"
#include "policy-store-admin.h"

struct coexist_admin_judge {
	struct coexist_admin *admin;
	const struct coexist_admin_scope *scope;
	bool is_changed;
	/* the changed one */
	struct coexist_document_texts *changed;
	/* or several, or NULL */
	const struct coexist_admin_changes *changes;

	/* of everybody, read once, and of the domain and the user who were asked
	   about last */
	struct coexist_document_texts *documents[COEXIST_SCOPE_COUNT];
	bool has_default;
	char *domain, *user;
	bool user_failed, has_userdb;
	/* for whom the userdb did not answer */
	GHashTable *unasked;
	/* what the userdb says of that user */
	pool_t pool;
	const char *userdb_texts[COEXIST_KEY_COUNT];
	struct coexist_scope scopes[COEXIST_SCOPE_COUNT];
	struct coexist_policy policy;
};

/* The login that a session was, as far as anvil knows. */
struct judged_login {
	const struct coexist_admin_judge *judge;
	enum coexist_protocol protocol;
	/* without a family if there is none */
	struct ip_addr ip;
};

struct coexist_admin_judge *
coexist_admin_judge_new(struct coexist_admin *admin,
			const struct coexist_admin_scope *scope,
			bool is_changed, const struct coexist_document *document)
{
	struct coexist_admin_judge *judge = i_new(struct coexist_admin_judge, 1);

	judge->admin = admin;
	judge->scope = scope;
	judge->is_changed = is_changed;
	judge->pool = pool_alloconly_create("coexist judge", 1024);
	judge->unasked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
					       NULL);
	if (document != NULL)
		judge->changed = coexist_document_texts_new(document);
	return judge;
}

struct coexist_admin_judge *
coexist_admin_judge_new_changes(struct coexist_admin *admin,
				const struct coexist_admin_changes *changes)
{
	struct coexist_admin_judge *judge =
		coexist_admin_judge_new(admin, NULL, FALSE, NULL);

	judge->changes = changes;
	return judge;
}

void coexist_admin_judge_free(struct coexist_admin_judge *judge)
{
	unsigned int i;

	for (i = 0; i < COEXIST_SCOPE_COUNT; i++)
		coexist_document_texts_unref(judge->documents[i]);
	coexist_document_texts_unref(judge->changed);
	i_free(judge->domain);
	i_free(judge->user);
	g_hash_table_unref(judge->unasked);
	pool_unref(&judge->pool);
	i_free(judge);
}

/* Documents */

static bool is_the_changed(const struct coexist_admin_judge *judge,
			   const char *key)
{
	return judge->is_changed && judge->scope != NULL &&
		strcmp(judge->scope->key, key) == 0;
}

/* Returns TRUE if the document is one of several that change, and what it becomes,
   or NULL. */
static bool
find_changed(const struct coexist_admin_judge *judge, const char *key,
	     struct coexist_document_texts **texts_r)
{
	g_autoptr(coexist_document) document = NULL;
	const char *text;

	if (judge->changes == NULL ||
	    !judge->changes->find(judge->changes->context, key, &text))
		return FALSE;
	if (text != NULL) {
		document = coexist_document_parse(key, text, strlen(text),
						  NULL);
	}
	*texts_r = document == NULL ? NULL :
		coexist_document_texts_new(document);
	return TRUE;
}

/* Returns -1 for a document by which the gate could not go. */
static int
document_read(struct coexist_admin_judge *judge, enum coexist_policy_scope scope,
	      const char *user, const char *domain)
{
	const char *key = coexist_policy_scope_key(scope, user, domain);
	g_autoptr(coexist_document) document = NULL;
	const char *error;

	coexist_document_texts_unref(judge->documents[scope]);
	judge->documents[scope] = NULL;
	if (key == NULL || find_changed(judge, key, &judge->documents[scope]))
		return 0;
	if (is_the_changed(judge, key)) {
		if (judge->changed != NULL) {
			judge->documents[scope] =
				coexist_document_texts_ref(judge->changed);
		}
		return 0;
	}
	switch (coexist_store_read(judge->admin->store, key, &document,
				   &error)) {
	case COEXIST_STORE_FOUND:
		judge->documents[scope] = coexist_document_texts_new(document);
		return 0;
	case COEXIST_STORE_NOT_FOUND:
		return 0;
	case COEXIST_STORE_GARBAGE:
	case COEXIST_STORE_FAILED:
		break;
	}
	return -1;
}

static int documents_read(struct coexist_admin_judge *judge, const char *user)
{
	const char *domain = coexist_policy_scope_domain(user);
	int ret = 0;

	if (!judge->has_default) {
		if (document_read(judge, COEXIST_SCOPE_DEFAULT, NULL, NULL) < 0)
			return -1;
		judge->has_default = TRUE;
	}
	if (judge->domain == NULL ||
	    null_strcmp(judge->domain, domain) != 0) {
		i_free(judge->domain);
		ret = document_read(judge, COEXIST_SCOPE_DOMAIN, NULL, domain);
		if (ret == 0)
			judge->domain = i_strdup(domain);
	}
	return ret < 0 ? -1 :
		document_read(judge, COEXIST_SCOPE_MAILBOX, user, NULL);
}

static void policy_make(struct coexist_admin_judge *judge)
{
	coexist_policy_scopes_init(judge->documents, judge->has_userdb ?
				   judge->userdb_texts : NULL,
				   judge->admin->config.policy_texts,
				   judge->scopes);
	coexist_policy_merge(judge->scopes, COEXIST_SCOPE_COUNT,
			     NULL /* unknown values */, NULL, &judge->policy);
}

static void user_read(struct coexist_admin_judge *judge, const char *user)
{
	const struct coexist_admin_scope *scope = judge->scope;

	if (null_strcmp(judge->user, user) == 0)
		return;
	i_free(judge->user);
	p_clear(judge->pool);
	judge->user = i_strdup(user);
	judge->user_failed = documents_read(judge, user) < 0;
	judge->has_userdb = scope != NULL &&
		scope->kind == COEXIST_ADMIN_SCOPE_MAILBOX &&
		strcmp(scope->name, user) == 0;
	if (judge->has_userdb) {
		memcpy(judge->userdb_texts, scope->user.userdb_texts,
		       sizeof(judge->userdb_texts));
	}
	policy_make(judge);
}

/* What the userdb says is narrower than a domain's document, and costs a look-up:
   who passes without it passes with it. */
static int userdb_read(struct coexist_admin_judge *judge)
{
	if (coexist_admin_user_read_texts(judge->admin, judge->pool,
					  judge->user,
					  judge->userdb_texts) < 0) {
		g_hash_table_add(judge->unasked, g_strdup(judge->user));
		return -1;
	}
	judge->has_userdb = TRUE;
	policy_make(judge);
	return 0;
}

unsigned int
coexist_admin_judge_unasked(const struct coexist_admin_judge *judge,
			    const char **user_r)
{
	GHashTableIter iter;
	void *user;

	g_hash_table_iter_init(&iter, judge->unasked);
	if (g_hash_table_iter_next(&iter, &user, NULL))
		*user_r = user;
	return g_hash_table_size(judge->unasked);
}

/* Decisions */

static bool are_alike(const struct coexist_document_texts *a,
		      const struct coexist_document_texts *b,
		      enum coexist_key key)
{
	return null_strcmp(a == NULL ? NULL :
			   coexist_document_texts_get(a, key),
			   b == NULL ? NULL :
			   coexist_document_texts_get(b, key)) == 0;
}

bool
coexist_admin_judge_is_about_logins(const struct coexist_admin_judge *judge)
{
	g_autoptr(coexist_document) document = NULL;
	g_autoptr(coexist_document_texts) before = NULL;
	const char *error;
	enum coexist_key key;

	switch (coexist_store_read(judge->admin->store, judge->scope->key,
				   &document, &error)) {
	case COEXIST_STORE_FOUND:
		before = coexist_document_texts_new(document);
		break;
	case COEXIST_STORE_NOT_FOUND:
		break;
	case COEXIST_STORE_GARBAGE:
	case COEXIST_STORE_FAILED:
		return TRUE;
	}
	for (key = 0; key < COEXIST_KEY_COUNT; key++) {
		if (coexist_key_decides(key) &&
		    !are_alike(judge->changed, before, key))
			return TRUE;
	}
	return FALSE;
}

static bool in_networks(void *context, const char *networks)
{
	const struct judged_login *login = context;

	return coexist_admin_in_networks(login->judge->admin, login->protocol,
					 &login->ip, networks) != 0;
}

static bool is_refused(const struct judged_login *judged, bool tls)
{
	const struct coexist_login login = {
		.protocol = judged->protocol,
		.tls = tls,
		.today = coexist_day(ioloop_time),
		.in_networks = in_networks,
		.context = (void *)judged
	};
	struct coexist_decision decision;

	coexist_policy_decide(&judged->judge->policy, &login, &decision);
	return decision.refusal != COEXIST_REFUSAL_NONE;
}

/* IMAP may be webmail that has forwarded a person's address. */
static enum coexist_admin_verdict
decide(const struct coexist_admin_judge *judge,
       const struct coexist_open_session *session)
{
	bool may_be_webmail = session->protocol == COEXIST_PROTOCOL_IMAP &&
		*judge->admin->config.texts[COEXIST_SITE_webmail_networks] != '\0';
	struct judged_login login = {
		.judge = judge, .protocol = session->protocol
	};
	unsigned int refused = 0, asked = 0;

	if (net_addr2ip(session->address, &login.ip) < 0)
		login.ip.family = 0;
	if (!may_be_webmail ||
	    !coexist_admin_is_webmail(judge->admin, &login.ip)) {
		refused += (is_refused(&login, TRUE) ? 1 : 0) +
			(is_refused(&login, FALSE) ? 1 : 0);
		asked += 2;
	}
	if (may_be_webmail) {
		login.protocol = COEXIST_PROTOCOL_WEBMAIL;
		refused += is_refused(&login, TRUE) ? 1 : 0;
		asked++;
	}
	return refused == 0 ? COEXIST_ADMIN_STAYS :
		refused < asked ? COEXIST_ADMIN_MAY_END : COEXIST_ADMIN_ENDS;
}

enum coexist_admin_verdict
coexist_admin_judge_session(struct coexist_admin_judge *judge,
			    const struct coexist_open_session *session)
{
	enum coexist_admin_verdict verdict;

	user_read(judge, session->user);
	/* a policy that can't be read ends nothing */
	if (judge->user_failed)
		return COEXIST_ADMIN_STAYS;
	verdict = decide(judge, session);
	if (verdict == COEXIST_ADMIN_STAYS || judge->has_userdb)
		return verdict;
	return userdb_read(judge) < 0 ? COEXIST_ADMIN_MAY_END :
		decide(judge, session);
}
