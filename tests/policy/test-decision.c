/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may log in. */

#include "policy-decision.h"

#include <glib.h>
#include <string.h>

/* 2027-01-01 */
#define NEW_YEAR 20819
#define ANYWHERE "0.0.0.0/0"

/* A policy's text: up to four key=value, the rest inherits. */
struct texts {
	enum coexist_key key;
	const char *text;
};

struct row {
	struct texts texts[4];
	enum coexist_protocol protocol;
	bool tls, inside;
	uint64_t today;
	enum coexist_refusal refusal;
	enum coexist_key key;
};

static const char *texts_get(void *context, enum coexist_key key)
{
	const struct texts *texts = context;

	for (unsigned int i = 0; i < 4 && texts[i].text != NULL; i++) {
		if (texts[i].key == key)
			return texts[i].text;
	}
	return NULL;
}

static void
refuse_unknown(void *context G_GNUC_UNUSED,
	       const struct coexist_scope *scope G_GNUC_UNUSED,
	       enum coexist_key key, const char *text)
{
	g_error("%s=%s is unknown", coexist_policy_keys[key].name, text);
}

static void policy_make(const struct texts *texts, struct coexist_policy *policy)
{
	static struct coexist_scope scope = {
		.name = "scope", .get = texts_get
	};

	scope.context = (void *)texts;
	coexist_policy_merge(&scope, 1, refuse_unknown, NULL, policy);
}

static bool in_networks(void *context, const char *networks)
{
	const bool *inside = context;

	g_assert_cmpstr(networks, ==, ANYWHERE);
	return *inside;
}

static void row_check(const struct row *row)
{
	struct coexist_policy policy;
	struct coexist_login login = {
		.protocol = row->protocol, .tls = row->tls,
		.today = row->today, .in_networks = in_networks,
		.context = (void *)&row->inside
	};
	struct coexist_decision decision = { .key = COEXIST_KEY_COUNT };

	policy_make(row->texts, &policy);
	coexist_policy_decide(&policy, &login, &decision);
	g_assert_cmpint(decision.refusal, ==, row->refusal);
	g_assert_cmpint(decision.key, ==,
			row->refusal == COEXIST_REFUSAL_NONE ?
			COEXIST_KEY_COUNT : row->key);
}

#define PASS COEXIST_REFUSAL_NONE, COEXIST_KEY_COUNT
#define ACCESS(protocol) COEXIST_REFUSAL_ACCESS, COEXIST_KEY_##protocol##_access
#define UNTIL(protocol) COEXIST_REFUSAL_UNTIL, COEXIST_KEY_##protocol##_until
#define NETWORK(protocol) \
	COEXIST_REFUSAL_NETWORK, COEXIST_KEY_##protocol##_networks
#define TLS(protocol) COEXIST_REFUSAL_TLS, COEXIST_KEY_##protocol##_tls

/* The rows of a protocol, with and against the key of each other check. */
#define PROTOCOL_ROWS(PROTOCOL, protocol) \
	{ { }, COEXIST_PROTOCOL_##PROTOCOL, false, false, 0, PASS }, \
	{ { { COEXIST_KEY_##protocol##_access, "allow" } }, \
	  COEXIST_PROTOCOL_##PROTOCOL, false, false, 0, PASS }, \
	{ { { COEXIST_KEY_##protocol##_access, "deny" } }, \
	  COEXIST_PROTOCOL_##PROTOCOL, true, true, 0, ACCESS(protocol) }, \
	{ { { COEXIST_KEY_##protocol##_access, "suspend" } }, \
	  COEXIST_PROTOCOL_##PROTOCOL, true, true, 0, ACCESS(protocol) }, \
	{ { { COEXIST_KEY_##protocol##_until, "none" } }, \
	  COEXIST_PROTOCOL_##PROTOCOL, true, true, UINT64_MAX, PASS }, \
	{ { { COEXIST_KEY_##protocol##_until, "2027-01-01" } }, \
	  COEXIST_PROTOCOL_##PROTOCOL, true, true, NEW_YEAR - 1, PASS }, \
	{ { { COEXIST_KEY_##protocol##_until, "2027-01-01" } }, \
	  COEXIST_PROTOCOL_##PROTOCOL, true, true, NEW_YEAR, \
	  UNTIL(protocol) }, \
	{ { { COEXIST_KEY_##protocol##_until, "2027-01-01" } }, \
	  COEXIST_PROTOCOL_##PROTOCOL, true, true, NEW_YEAR + 1, \
	  UNTIL(protocol) }, \
	{ { { COEXIST_KEY_##protocol##_networks, ANYWHERE } }, \
	  COEXIST_PROTOCOL_##PROTOCOL, false, true, 0, PASS }, \
	{ { { COEXIST_KEY_##protocol##_networks, ANYWHERE } }, \
	  COEXIST_PROTOCOL_##PROTOCOL, true, false, 0, NETWORK(protocol) }, \
	/* the order of the checks */ \
	{ { { COEXIST_KEY_##protocol##_networks, ANYWHERE }, \
	    { COEXIST_KEY_##protocol##_until, "2027-01-01" } }, \
	  COEXIST_PROTOCOL_##PROTOCOL, false, false, NEW_YEAR, \
	  UNTIL(protocol) }, \
	{ { { COEXIST_KEY_##protocol##_networks, ANYWHERE }, \
	    { COEXIST_KEY_##protocol##_until, "2027-01-01" }, \
	    { COEXIST_KEY_##protocol##_access, "deny" } }, \
	  COEXIST_PROTOCOL_##PROTOCOL, false, false, NEW_YEAR, \
	  ACCESS(protocol) }

#define TLS_ROWS(PROTOCOL, protocol) \
	{ { { COEXIST_KEY_##protocol##_tls, "any" } }, \
	  COEXIST_PROTOCOL_##PROTOCOL, false, false, 0, PASS }, \
	{ { { COEXIST_KEY_##protocol##_tls, "required" } }, \
	  COEXIST_PROTOCOL_##PROTOCOL, true, false, 0, PASS }, \
	{ { { COEXIST_KEY_##protocol##_tls, "required" } }, \
	  COEXIST_PROTOCOL_##PROTOCOL, false, false, 0, TLS(protocol) }, \
	{ { { COEXIST_KEY_##protocol##_tls, "required" }, \
	    { COEXIST_KEY_##protocol##_networks, ANYWHERE } }, \
	  COEXIST_PROTOCOL_##PROTOCOL, false, false, 0, NETWORK(protocol) }

static void test_protocols(void)
{
	static const struct row rows[] = {
		PROTOCOL_ROWS(IMAP, imap),
		PROTOCOL_ROWS(POP3, pop3),
		PROTOCOL_ROWS(SUBMISSION, submission),
		PROTOCOL_ROWS(SIEVE, sieve),
		PROTOCOL_ROWS(WEBMAIL, webmail),
		TLS_ROWS(IMAP, imap),
		TLS_ROWS(POP3, pop3),
		TLS_ROWS(SUBMISSION, submission),
		TLS_ROWS(SIEVE, sieve),
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("row %zu", i);
		row_check(&rows[i]);
	}
}

/* A protocol's keys are for that protocol alone; other processes are free. */
static void test_strangers(void)
{
	static const char *const endings[] = {
		"_access", "_until", "_networks", "_tls"
	};
	static const char *const values[] = {
		"suspend", "1970-01-01", ANYWHERE, "required"
	};

	for (unsigned int closed = 0; closed <= COEXIST_PROTOCOL_OTHER;
	     closed++) {
		struct texts texts[4] = { { 0, NULL } };
		unsigned int count = 0;

		for (unsigned int i = 0; i < G_N_ELEMENTS(endings) &&
		     closed < COEXIST_PROTOCOL_OTHER; i++) {
			g_autofree char *name =
				g_strconcat(coexist_protocol_name(closed),
					    endings[i], NULL);

			if (coexist_key_find(name, &texts[count].key))
				texts[count++].text = values[i];
		}
		for (unsigned int used = 0; used <= COEXIST_PROTOCOL_OTHER;
		     used++) {
			bool refused = used == closed &&
				used != COEXIST_PROTOCOL_OTHER;
			struct row row = {
				.protocol = used, .today = NEW_YEAR,
				.refusal = refused ? COEXIST_REFUSAL_ACCESS :
					COEXIST_REFUSAL_NONE,
				.key = texts[0].key
			};

			g_test_message("%u closed, %u used", closed, used);
			memcpy(row.texts, texts, sizeof(texts));
			row_check(&row);
		}
	}
}

/* A client without an address lies in no network. */
static void test_no_address(void)
{
	static const struct texts closed[4] = {
		{ COEXIST_KEY_pop3_networks, ANYWHERE }
	};
	static const struct texts open[4] = { { 0, NULL } };
	struct coexist_login login = { .protocol = COEXIST_PROTOCOL_POP3 };
	struct coexist_policy policy;
	struct coexist_decision decision;

	policy_make(closed, &policy);
	coexist_policy_decide(&policy, &login, &decision);
	g_assert_cmpint(decision.refusal, ==, COEXIST_REFUSAL_NETWORK);

	policy_make(open, &policy);
	coexist_policy_decide(&policy, &login, &decision);
	g_assert_cmpint(decision.refusal, ==, COEXIST_REFUSAL_NONE);
}

static void test_text(void)
{
	static const struct {
		struct texts texts[4];
		enum coexist_refusal_text text;
	} rows[] = {
		{ { { COEXIST_KEY_pop3_access, "deny" } }, COEXIST_TEXT_deny },
		{ { { COEXIST_KEY_pop3_access, "suspend" } },
		  COEXIST_TEXT_suspend },
		{ { { COEXIST_KEY_pop3_until, "1970-01-01" } },
		  COEXIST_TEXT_until },
		{ { { COEXIST_KEY_pop3_networks, ANYWHERE } },
		  COEXIST_TEXT_network },
		{ { { COEXIST_KEY_pop3_tls, "required" } }, COEXIST_TEXT_tls },
	};
	static const struct coexist_login login = {
		.protocol = COEXIST_PROTOCOL_POP3
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct coexist_policy policy;
		struct coexist_decision decision;

		g_test_message("row %zu", i);
		policy_make(rows[i].texts, &policy);
		coexist_policy_decide(&policy, &login, &decision);
		g_assert_cmpint(coexist_decision_text(&policy, &decision), ==,
				rows[i].text);
	}
}

/* The gate alone decides about these. */
static void test_sessions_text(void)
{
	static const struct texts texts[4] = {
		{ COEXIST_KEY_imap_max_sessions, "3" }
	};
	static const struct coexist_login login = {
		.protocol = COEXIST_PROTOCOL_IMAP
	};
	struct coexist_decision decision = {
		.refusal = COEXIST_REFUSAL_SESSIONS,
		.key = COEXIST_KEY_imap_max_sessions
	};
	struct coexist_policy policy;

	policy_make(texts, &policy);
	g_assert_cmpint(coexist_decision_text(&policy, &decision), ==,
			COEXIST_TEXT_max_sessions);
	coexist_policy_decide(&policy, &login, &decision);
	g_assert_cmpint(decision.refusal, ==, COEXIST_REFUSAL_NONE);
}

static void test_names(void)
{
	static const struct {
		const char *service;
		enum coexist_protocol protocol;
		const char *name, *label;
	} rows[] = {
		{ "imap", COEXIST_PROTOCOL_IMAP, "imap", "IMAP" },
		{ "POP3", COEXIST_PROTOCOL_POP3, "pop3", "POP3" },
		{ "submission", COEXIST_PROTOCOL_SUBMISSION, "submission",
		  "SMTP" },
		{ "smtp", COEXIST_PROTOCOL_SUBMISSION, "submission", "SMTP" },
		{ "sieve", COEXIST_PROTOCOL_SIEVE, "sieve", "ManageSieve" },
		{ "managesieve", COEXIST_PROTOCOL_SIEVE, "sieve",
		  "ManageSieve" },
		{ "webmail", COEXIST_PROTOCOL_OTHER, NULL, "mail access" },
		{ "lmtp", COEXIST_PROTOCOL_OTHER, NULL, "mail access" },
		{ "doveadm", COEXIST_PROTOCOL_OTHER, NULL, "mail access" },
		{ "imap-urlauth", COEXIST_PROTOCOL_OTHER, NULL, "mail access" },
		{ "", COEXIST_PROTOCOL_OTHER, NULL, "mail access" },
		{ NULL, COEXIST_PROTOCOL_OTHER, NULL, "mail access" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		enum coexist_protocol protocol =
			coexist_protocol_find(rows[i].service);

		g_test_message("row %zu", i);
		g_assert_cmpint(protocol, ==, rows[i].protocol);
		g_assert_cmpstr(coexist_protocol_name(protocol), ==,
				rows[i].name);
		g_assert_cmpstr(coexist_protocol_label(protocol), ==,
				rows[i].label);
	}
	for (int i = 0; i < COEXIST_PROTOCOL_OTHER; i++) {
		g_autofree char *key = g_strconcat(coexist_protocol_name(i),
						   "_max_sessions", NULL);

		g_assert_cmpstr(coexist_policy_keys[
				coexist_protocol_max_sessions(i)].name, ==,
				key);
	}
	g_assert_cmpstr(coexist_protocol_name(COEXIST_PROTOCOL_WEBMAIL), ==,
			"webmail");
	g_assert_cmpstr(coexist_protocol_label(COEXIST_PROTOCOL_WEBMAIL), ==,
			"Webmail");
}

static void test_deliveries_obey(void)
{
	g_assert_true(coexist_delivery_obeys(COEXIST_KEY_quota_warn_channels));
	g_assert_true(coexist_delivery_obeys(COEXIST_KEY_language));
	g_assert_false(coexist_delivery_obeys(COEXIST_KEY_pop3_delete));
	g_assert_false(coexist_delivery_obeys(COEXIST_KEY_imap_access));
	g_assert_false(coexist_delivery_obeys(COEXIST_KEY_deny_text));
}

static void no_unknown(void *context, const struct coexist_scope *scope,
		       enum coexist_key key, const char *text)
{
	(void)context;
	g_error("%s: %s=%s", scope->name, coexist_policy_keys[key].name, text);
}

/* Whether a session might decide otherwise than the gate did. */
static void test_who_names_a_decision(void)
{
	static const struct {
		enum coexist_key key;
		const char *text;
		enum coexist_protocol protocol;
		bool named;
	} rows[] = {
		{ COEXIST_KEY_pop3_access, "allow", COEXIST_PROTOCOL_POP3, true },
		{ COEXIST_KEY_pop3_access, "allow", COEXIST_PROTOCOL_IMAP, false },
		{ COEXIST_KEY_pop3_access, "allow", COEXIST_PROTOCOL_OTHER,
		  false },
		{ COEXIST_KEY_sieve_until, "none", COEXIST_PROTOCOL_SIEVE, true },
		{ COEXIST_KEY_imap_networks, "::/0", COEXIST_PROTOCOL_IMAP, true },
		{ COEXIST_KEY_imap_networks, "::/0", COEXIST_PROTOCOL_WEBMAIL,
		  false },
		{ COEXIST_KEY_submission_tls, "any",
		  COEXIST_PROTOCOL_SUBMISSION, true },
		{ COEXIST_KEY_webmail_access, "deny", COEXIST_PROTOCOL_WEBMAIL,
		  true },
		{ COEXIST_KEY_deny_text, "No.", COEXIST_PROTOCOL_POP3, false },
		{ COEXIST_KEY_pop3_max_sessions, "1", COEXIST_PROTOCOL_POP3,
		  false },
		{ COEXIST_KEY_quota_warn, "80", COEXIST_PROTOCOL_IMAP, false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *texts[COEXIST_KEY_COUNT] = { NULL };
		struct coexist_policy policy;
		struct coexist_scope scope;

		texts[rows[i].key] = rows[i].text;
		coexist_scope_init_texts(&scope, "a scope", texts);
		coexist_policy_merge(&scope, 1, no_unknown, NULL, &policy);
		g_test_message("%s", coexist_policy_keys[rows[i].key].name);
		g_assert_true(coexist_policy_names_decision(&policy,
				rows[i].protocol) == rows[i].named);
	}
}

/* Which keys a session has to be told of: without the gate, and behind it. */
static void test_who_obeys(void)
{
	static const struct {
		enum coexist_key key;
		enum coexist_protocol protocol;
		bool alone, gated;
	} rows[] = {
		{ COEXIST_KEY_imap_access, COEXIST_PROTOCOL_IMAP, true, false },
		{ COEXIST_KEY_imap_networks, COEXIST_PROTOCOL_IMAP,
		  true, false },
		{ COEXIST_KEY_imap_until, COEXIST_PROTOCOL_POP3, false, false },
		{ COEXIST_KEY_imap_tls, COEXIST_PROTOCOL_OTHER, false, false },
		{ COEXIST_KEY_sieve_tls, COEXIST_PROTOCOL_SIEVE, true, false },
		{ COEXIST_KEY_submission_access, COEXIST_PROTOCOL_SUBMISSION,
		  true, false },
		{ COEXIST_KEY_webmail_access, COEXIST_PROTOCOL_IMAP,
		  false, false },
		{ COEXIST_KEY_imap_max_sessions, COEXIST_PROTOCOL_IMAP,
		  false, false },
		{ COEXIST_KEY_deny_text, COEXIST_PROTOCOL_IMAP, true, false },
		{ COEXIST_KEY_deny_text, COEXIST_PROTOCOL_OTHER, false, false },
		{ COEXIST_KEY_pop3_login_delay, COEXIST_PROTOCOL_POP3,
		  true, true },
		{ COEXIST_KEY_pop3_login_delay, COEXIST_PROTOCOL_IMAP,
		  false, false },
		{ COEXIST_KEY_pop3_fetcher_networks, COEXIST_PROTOCOL_POP3,
		  true, true },
		{ COEXIST_KEY_pop3_fetcher_networks, COEXIST_PROTOCOL_OTHER,
		  false, false },
		{ COEXIST_KEY_pop3_keep_days, COEXIST_PROTOCOL_OTHER,
		  true, true },
		{ COEXIST_KEY_pop3_show, COEXIST_PROTOCOL_POP3, true, true },
		{ COEXIST_KEY_pop3_show, COEXIST_PROTOCOL_OTHER, true, true },
		{ COEXIST_KEY_pop3_max_messages, COEXIST_PROTOCOL_IMAP,
		  false, false },
		{ COEXIST_KEY_quota_warn, COEXIST_PROTOCOL_OTHER, true, true },
		{ COEXIST_KEY_language, COEXIST_PROTOCOL_SIEVE, true, true },
		{ COEXIST_KEY_pop3_folders, COEXIST_PROTOCOL_POP3, true, true },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", coexist_policy_keys[rows[i].key].name);
		g_assert_true(coexist_session_obeys(rows[i].protocol, false,
						    rows[i].key) ==
			      rows[i].alone);
		g_assert_true(coexist_session_obeys(rows[i].protocol, true,
						    rows[i].key) ==
			      rows[i].gated);
	}
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/decision/protocols", test_protocols);
	g_test_add_func("/decision/strangers", test_strangers);
	g_test_add_func("/decision/no-address", test_no_address);
	g_test_add_func("/decision/text", test_text);
	g_test_add_func("/decision/text/sessions", test_sessions_text);
	g_test_add_func("/decision/names", test_names);
	g_test_add_func("/decision/who-obeys", test_who_obeys);
	g_test_add_func("/decision/deliveries-obey", test_deliveries_obey);
	g_test_add_func("/decision/who-names-a-decision",
			test_who_names_a_decision);
	return g_test_run();
}
