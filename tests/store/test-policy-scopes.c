/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of policy-scopes.h: whose documents there are for a user, and which scope
   wins. */

#include "lib.h"
#include "policy-scopes.h"
#include "policy-document.h"
#include "policy-document-texts.h"

#include <glib.h>

#define STORE "shared/coexist/"

/* Where each scope's document is: USER, DOMAIN or neither may be known. */
static void test_keys(void)
{
	static const struct {
		enum coexist_policy_scope scope;
		const char *user, *domain, *key;
	} rows[] = {
		{ COEXIST_SCOPE_MAILBOX, "a@b.org", "b.org",
		  STORE"mailbox/a@b.org" },
		{ COEXIST_SCOPE_MAILBOX, "A@B.org", "B.org",
		  STORE"mailbox/a@b.org" },
		{ COEXIST_SCOPE_MAILBOX, "a", NULL, STORE"mailbox/a" },
		{ COEXIST_SCOPE_MAILBOX, "", NULL, NULL },
		{ COEXIST_SCOPE_MAILBOX, NULL, "b.org", NULL },
		{ COEXIST_SCOPE_USERDB, "a@b.org", "b.org", NULL },
		{ COEXIST_SCOPE_DOMAIN, "a@b.org", "b.org",
		  STORE"domain/b.org" },
		{ COEXIST_SCOPE_DOMAIN, NULL, "b.org", STORE"domain/b.org" },
		{ COEXIST_SCOPE_DOMAIN, "a", NULL, NULL },
		{ COEXIST_SCOPE_DOMAIN, "a@", "", NULL },
		{ COEXIST_SCOPE_DEFAULT, "a@b.org", "b.org", STORE"default" },
		{ COEXIST_SCOPE_DEFAULT, NULL, NULL, STORE"default" },
		{ COEXIST_SCOPE_SITE, "a@b.org", "b.org", NULL },
	};
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) T_BEGIN {
		g_assert_cmpstr(coexist_policy_scope_key(rows[i].scope,
							 rows[i].user,
							 rows[i].domain), ==,
				rows[i].key);
	} T_END;
}

static void test_domain(void)
{
	g_assert_cmpstr(coexist_policy_scope_domain("a@b.org"), ==, "b.org");
	g_assert_cmpstr(coexist_policy_scope_domain("a@b@c"), ==, "c");
	g_assert_cmpstr(coexist_policy_scope_domain("a@"), ==, "");
	g_assert_null(coexist_policy_scope_domain("a"));
}

/* What commands print and what the log says. */
static void test_words(void)
{
	static const struct {
		const char *word, *name;
		bool has_document, is_personal;
	} rows[] = {
		[COEXIST_SCOPE_MAILBOX] = {
			"mailbox", "the mailbox's document", TRUE, TRUE },
		[COEXIST_SCOPE_USERDB] = { "userdb", "userdb", FALSE, TRUE },
		[COEXIST_SCOPE_DOMAIN] = {
			"domain", "the domain's document", TRUE, FALSE },
		[COEXIST_SCOPE_DEFAULT] = {
			"default", "the default document", TRUE, FALSE },
		[COEXIST_SCOPE_SITE] = {
			"dovecot.conf", "dovecot.conf", FALSE, FALSE }
	};
	unsigned int i;

	G_STATIC_ASSERT(G_N_ELEMENTS(rows) == COEXIST_SCOPE_COUNT);
	for (i = 0; i < COEXIST_SCOPE_COUNT; i++) {
		g_assert_cmpstr(coexist_policy_scope_word(i), ==, rows[i].word);
		g_assert_cmpstr(coexist_policy_scope_name(i), ==, rows[i].name);
		g_assert_cmpint(coexist_policy_scope_has_document(i), ==,
				rows[i].has_document);
		g_assert_cmpint(coexist_policy_scope_is_personal(i), ==,
				rows[i].is_personal);
	}
}

static void no_unknown_value(void *context, const struct coexist_scope *scope,
			     enum coexist_key key, const char *text)
{
	(void)context;
	(void)scope;
	(void)key;
	(void)text;
	g_assert_not_reached();
}

/* Returns which scope wins of those whose bits are set, COEXIST_SCOPE_COUNT for
   the built-in default. */
static unsigned int winner(unsigned int said_by)
{
	const enum coexist_key key = COEXIST_KEY_pop3_keep_days;
	struct coexist_document_texts *documents[COEXIST_SCOPE_COUNT] = { NULL };
	const char *userdb[COEXIST_KEY_COUNT] = { NULL };
	const char *site[COEXIST_KEY_COUNT] = { NULL };
	struct coexist_scope scopes[COEXIST_SCOPE_COUNT];
	struct coexist_policy policy;
	unsigned int i;

	for (i = 0; i < COEXIST_SCOPE_COUNT; i++) {
		g_autoptr(coexist_document) document = coexist_document_new();

		if ((said_by & (1U << i)) == 0 ||
		    !coexist_policy_scope_has_document(i))
			continue;
		g_assert_true(coexist_document_set(document,
						   coexist_policy_keys[key].name,
						   "1", NULL));
		documents[i] = coexist_document_texts_new(document);
	}
	if ((said_by & (1U << COEXIST_SCOPE_USERDB)) != 0)
		userdb[key] = "2";
	if ((said_by & (1U << COEXIST_SCOPE_SITE)) != 0)
		site[key] = "3";
	coexist_policy_scopes_init(documents, userdb, site, scopes);
	coexist_policy_merge(scopes, COEXIST_SCOPE_COUNT, no_unknown_value,
			     NULL, &policy);
	i = policy.entries[key].scope == NULL ? COEXIST_SCOPE_COUNT :
		policy.entries[key].scope - scopes;
	for (unsigned int j = 0; j < COEXIST_SCOPE_COUNT; j++)
		coexist_document_texts_unref(documents[j]);
	return i;
}

/* Of every set of scopes that say something, the first of the table. */
static void test_the_narrowest_wins(void)
{
	unsigned int said_by, first;

	for (said_by = 0; said_by < (1U << COEXIST_SCOPE_COUNT); said_by++) {
		for (first = 0; first < COEXIST_SCOPE_COUNT; first++) {
			if ((said_by & (1U << first)) != 0)
				break;
		}
		g_assert_cmpuint(winner(said_by), ==, first);
	}
}

static void test_nothing_at_all(void)
{
	struct coexist_document_texts *documents[COEXIST_SCOPE_COUNT] = { NULL };
	struct coexist_scope scopes[COEXIST_SCOPE_COUNT];
	unsigned int i;

	coexist_policy_scopes_init(documents, NULL, NULL, scopes);
	for (i = 0; i < COEXIST_SCOPE_COUNT; i++) {
		g_assert_null(coexist_scope_get(&scopes[i],
						COEXIST_KEY_pop3_keep_days));
	}
}

static void test_unknown_value(void)
{
	const char *line;

	T_BEGIN {
		line = coexist_unknown_value_describe("userdb",
			COEXIST_KEY_pop3_mark_read, "ne\nver");
		g_assert_cmpstr(line, ==, "Ignoring unknown value in userdb: "
				"pop3_mark_read=ne?ver (expected one of: "
				"stock complete quit never)");
	} T_END;
}

int main(int argc, char *argv[])
{
	int ret;

	lib_init();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy-scopes/keys", test_keys);
	g_test_add_func("/policy-scopes/domain", test_domain);
	g_test_add_func("/policy-scopes/words", test_words);
	g_test_add_func("/policy-scopes/the-narrowest-wins",
			test_the_narrowest_wins);
	g_test_add_func("/policy-scopes/nothing-at-all", test_nothing_at_all);
	g_test_add_func("/policy-scopes/unknown-value", test_unknown_value);
	ret = g_test_run();
	lib_deinit();
	return ret;
}
