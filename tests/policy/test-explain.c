/* What an administrator is told about a policy. */

#include "policy-document.h"
#include "policy-explain.h"

#include <string.h>

/* 2027-01-01 */
#define NEW_YEAR 20819

enum { MAILBOX, DOMAIN, DEFAULT, SCOPE_COUNT };

struct fixture {
	coexist_document *documents[SCOPE_COUNT];
	struct coexist_scope scopes[SCOPE_COUNT];
	struct coexist_policy policy;
};

static void
ignore_unknown(void *context G_GNUC_UNUSED,
	       const struct coexist_scope *scope G_GNUC_UNUSED,
	       enum coexist_key key G_GNUC_UNUSED,
	       const char *text G_GNUC_UNUSED)
{
}

/* Makes a policy of three documents, each a value of [policy] or NULL. */
static void
fixture_make(struct fixture *fixture, const char *const texts[SCOPE_COUNT])
{
	static const char *const names[] = { "mailbox", "domain", "default" };

	for (unsigned int i = 0; i < SCOPE_COUNT; i++) {
		g_autofree char *text = texts[i] == NULL ? NULL :
			g_strconcat("[policy]\n", texts[i], "\n", NULL);

		fixture->documents[i] = text == NULL ? NULL :
			coexist_document_parse(names[i], text, strlen(text),
					       NULL);
		coexist_document_init_scope(fixture->documents[i], names[i],
					    &fixture->scopes[i]);
	}
	coexist_policy_merge(fixture->scopes, SCOPE_COUNT, ignore_unknown, NULL,
			     &fixture->policy);
}

static void fixture_clear(struct fixture *fixture)
{
	for (unsigned int i = 0; i < SCOPE_COUNT; i++)
		coexist_document_unref(fixture->documents[i]);
}

static void test_key(void)
{
	static const struct {
		const char *texts[SCOPE_COUNT];
		enum coexist_key key;
		const char *origin, *overridden;
	} rows[] = {
		{ { NULL, NULL, NULL }, COEXIST_KEY_pop3_delete,
		  "built-in default", "" },
		{ { "pop3_delete=hide", NULL, NULL }, COEXIST_KEY_pop3_delete,
		  "mailbox", "" },
		{ { NULL, NULL, "pop3_delete=hide" }, COEXIST_KEY_pop3_delete,
		  "default", "" },
		{ { "pop3_delete=hide", "preset=safe", "pop3_delete=archive" },
		  COEXIST_KEY_pop3_delete, "mailbox",
		  "trash (preset safe of domain), archive (default)" },
		{ { "preset=safe", "pop3_delete=hide", NULL },
		  COEXIST_KEY_pop3_delete, "preset safe of mailbox",
		  "hide (domain)" },
		{ { "preset=safe\npop3_delete=hide", NULL, NULL },
		  COEXIST_KEY_pop3_delete, "mailbox", "" },
		/* a wider suspend holds over a narrower value */
		{ { "pop3_access=allow", NULL, "pop3_access=suspend" },
		  COEXIST_KEY_pop3_access, "default", "allow (mailbox)" },
		/* what was ignored */
		{ { "pop3_access=dney", "pop3_access=deny", NULL },
		  COEXIST_KEY_pop3_access, "domain",
		  "dney (mailbox, ignored: not a value of this key)" },
		{ { "pop3_access=deny", "pop3_access=dney", NULL },
		  COEXIST_KEY_pop3_access, "mailbox",
		  "dney (domain, ignored: not a value of this key)" },
		{ { "preset=safe\npop3_delete=x", NULL, NULL },
		  COEXIST_KEY_pop3_delete, "preset safe of mailbox",
		  "x (mailbox, ignored: not a value of this key)" },
		{ { "pop3_access=", NULL, NULL }, COEXIST_KEY_pop3_access,
		  "built-in default", "" },
		/* an empty value */
		{ { "quota_warn=90", "preset=classic", NULL },
		  COEXIST_KEY_quota_warn, "mailbox",
		  "empty (preset classic of domain)" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct fixture fixture;
		g_autofree char *origin = NULL, *overridden = NULL;

		g_test_message("row %zu", i);
		fixture_make(&fixture, rows[i].texts);
		origin = coexist_explain_origin(
			&fixture.policy.entries[rows[i].key]);
		g_assert_cmpstr(origin, ==, rows[i].origin);
		overridden = coexist_explain_overridden(fixture.scopes,
							SCOPE_COUNT,
							&fixture.policy,
							rows[i].key);
		g_assert_cmpstr(overridden, ==, rows[i].overridden);
		fixture_clear(&fixture);
	}
}

static void test_decision(void)
{
	static const struct {
		const char *text;
		enum coexist_protocol protocol;
		const char *sentence;
	} rows[] = {
		{ NULL, COEXIST_PROTOCOL_POP3, "POP3 may log in." },
		{ "pop3_access=deny", COEXIST_PROTOCOL_IMAP,
		  "IMAP may log in." },
		{ "pop3_access=deny", COEXIST_PROTOCOL_OTHER,
		  "No policy is about this protocol." },
		{ "pop3_access=deny", COEXIST_PROTOCOL_POP3,
		  "POP3 is refused by pop3_access = deny (domain)." },
		{ "pop3_access=suspend", COEXIST_PROTOCOL_POP3,
		  "POP3 is refused by pop3_access = suspend (domain): no "
		  "narrower scope can lift that." },
		{ "pop3_until=2027-01-01", COEXIST_PROTOCOL_POP3,
		  "POP3 is refused by pop3_until = 2027-01-01 (domain): that "
		  "day has come." },
		{ "pop3_networks=10.0.0.0/8 ::1", COEXIST_PROTOCOL_POP3,
		  "POP3 is refused by pop3_networks = 10.0.0.0/8 ::1 "
		  "(domain): the client's address is in none of them." },
		{ "submission_tls=required", COEXIST_PROTOCOL_SUBMISSION,
		  "SMTP is refused by submission_tls = required (domain): "
		  "the connection is not encrypted." },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *const texts[] = { NULL, rows[i].text, NULL };
		const struct coexist_login login = {
			.protocol = rows[i].protocol, .today = NEW_YEAR
		};
		struct fixture fixture;
		struct coexist_decision decision;
		g_autofree char *sentence = NULL;

		g_test_message("row %zu", i);
		fixture_make(&fixture, texts);
		coexist_policy_decide(&fixture.policy, &login, &decision);
		sentence = coexist_explain_decision(&fixture.policy, &login,
						    &decision);
		g_assert_cmpstr(sentence, ==, rows[i].sentence);
		fixture_clear(&fixture);
	}
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/explain/key", test_key);
	g_test_add_func("/explain/decision", test_decision);
	return g_test_run();
}
