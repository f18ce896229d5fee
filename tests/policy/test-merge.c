/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which scope decides. */

#include "policy-merge.h"

#include <glib.h>

struct texts {
	const char *mark_read;
	const char *pop3_access;
};

struct report {
	enum coexist_key key;
	unsigned int count;
	const char *scope;
	const char *text;
};

static const char *texts_get(void *context, enum coexist_key key)
{
	const struct texts *texts = context;

	switch (key) {
	case COEXIST_KEY_pop3_mark_read:
		return texts->mark_read;
	case COEXIST_KEY_pop3_access:
		return texts->pop3_access;
	default:
		return NULL;
	}
}

static void
report_unknown(void *context, const struct coexist_scope *scope,
	       enum coexist_key key, const char *text)
{
	struct report *report = context;

	g_assert_cmpint(key, ==, report->key);
	report->count++;
	report->scope = scope->name;
	report->text = text;
}

static void
merge(const struct texts *narrow, const struct texts *wide,
      struct coexist_scope scopes[2], struct report *report,
      struct coexist_policy *policy_r)
{
	scopes[0] = (struct coexist_scope){
		.name = "narrow", .get = texts_get, .context = (void *)narrow };
	scopes[1] = (struct coexist_scope){
		.name = "wide", .get = texts_get, .context = (void *)wide };
	*report = (struct report){ .key = COEXIST_KEY_pop3_mark_read };
	coexist_policy_merge(scopes, 2, report_unknown, report, policy_r);
}

static void test_scopes(void)
{
	static const struct {
		const char *narrow, *wide, *effective, *scope, *unknown;
	} rows[] = {
		{ NULL, NULL, "stock", NULL, NULL },
		{ "quit", NULL, "quit", "narrow", NULL },
		{ NULL, "quit", "quit", "wide", NULL },
		{ "never", "quit", "never", "narrow", NULL },
		{ "stock", "quit", "stock", "narrow", NULL },
		{ "", "quit", "quit", "wide", NULL },
		{ "yes", "quit", "quit", "wide", "yes" },
		{ "nevr", "quit", "quit", "wide", "nevr" },
		{ "nevr", NULL, "stock", NULL, "nevr" },
		{ "never", "qiut", "never", "narrow", "qiut" },
		{ NULL, "qiut", "stock", NULL, "qiut" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct texts narrow = { .mark_read = rows[i].narrow };
		struct texts wide = { .mark_read = rows[i].wide };
		struct coexist_scope scopes[2];
		struct coexist_policy policy;
		const struct coexist_policy_entry *entry =
			&policy.entries[COEXIST_KEY_pop3_mark_read];
		struct report report;

		g_test_message("row %zu", i);
		merge(&narrow, &wide, scopes, &report, &policy);
		g_assert_cmpstr(entry->text, ==, rows[i].effective);
		g_assert_cmpstr(entry->scope == NULL ? NULL :
				entry->scope->name, ==, rows[i].scope);
		g_assert_cmpstr(report.text, ==, rows[i].unknown);
		g_assert_cmpuint(report.count, ==,
				 rows[i].unknown == NULL ? 0 : 1);
	}
}

static void test_suspend(void)
{
	static const struct {
		const char *narrow, *wide;
		enum coexist_access effective;
	} rows[] = {
		{ NULL, NULL, COEXIST_ACCESS_ALLOW },
		{ "allow", "deny", COEXIST_ACCESS_ALLOW },
		{ "deny", "allow", COEXIST_ACCESS_DENY },
		{ "allow", "suspend", COEXIST_ACCESS_SUSPEND },
		{ "deny", "suspend", COEXIST_ACCESS_SUSPEND },
		{ "suspend", "allow", COEXIST_ACCESS_SUSPEND },
		{ NULL, "suspend", COEXIST_ACCESS_SUSPEND },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct texts narrow = { .pop3_access = rows[i].narrow };
		struct texts wide = { .pop3_access = rows[i].wide };
		struct coexist_scope scopes[2];
		struct coexist_policy policy;
		struct report report;

		g_test_message("row %zu", i);
		merge(&narrow, &wide, scopes, &report, &policy);
		g_assert_cmpuint(coexist_policy_number(&policy,
					COEXIST_KEY_pop3_access), ==,
				 rows[i].effective);
	}
}

/* A column that is 1 for everybody lifts no deny, and is no typo in a userdb. */
static void test_mere_yes(void)
{
	static const struct {
		bool inherits;
		const char *narrow, *wide;
		enum coexist_access effective;
		unsigned int reports;
	} rows[] = {
		{ true, "1", "deny", COEXIST_ACCESS_DENY, 0 },
		{ true, "yes", "deny", COEXIST_ACCESS_DENY, 0 },
		{ true, "1", "suspend", COEXIST_ACCESS_SUSPEND, 0 },
		{ true, "1", "allow", COEXIST_ACCESS_ALLOW, 0 },
		{ true, "1", NULL, COEXIST_ACCESS_ALLOW, 0 },
		{ true, "allow", "deny", COEXIST_ACCESS_ALLOW, 0 },
		{ true, "0", "allow", COEXIST_ACCESS_DENY, 0 },
		{ true, "0", "suspend", COEXIST_ACCESS_SUSPEND, 0 },
		{ false, "1", "deny", COEXIST_ACCESS_DENY, 1 },
		{ false, "yes", "deny", COEXIST_ACCESS_DENY, 1 },
		{ false, "0", "allow", COEXIST_ACCESS_DENY, 0 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct texts narrow = { .pop3_access = rows[i].narrow };
		struct texts wide = { .pop3_access = rows[i].wide };
		const struct coexist_scope scopes[] = {
			{ .name = "narrow", .get = texts_get,
			  .context = &narrow,
			  .yes_inherits = rows[i].inherits },
			{ .name = "wide", .get = texts_get, .context = &wide },
		};
		struct report report = { .key = COEXIST_KEY_pop3_access };
		struct coexist_policy policy;

		g_test_message("row %zu", i);
		coexist_policy_merge(scopes, G_N_ELEMENTS(scopes),
				     report_unknown, &report, &policy);
		g_assert_cmpuint(coexist_policy_number(&policy,
					COEXIST_KEY_pop3_access), ==,
				 rows[i].effective);
		g_assert_cmpuint(report.count, ==, rows[i].reports);
	}
}

/* Out of a merge, an empty text is what a preset said. */
static void test_empty(void)
{
	static const struct {
		bool counts;
		const char *narrow, *effective;
	} rows[] = {
		{ false, "", "quit" },
		{ true, "", "" },
		{ true, NULL, "quit" },
		{ true, "never", "never" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct texts narrow = { .mark_read = rows[i].narrow };
		struct texts wide = { .mark_read = "quit" };
		const struct coexist_scope scopes[] = {
			{ .name = "narrow", .get = texts_get,
			  .context = &narrow, .empty_counts = rows[i].counts },
			{ .name = "wide", .get = texts_get, .context = &wide },
		};
		struct report report = { .key = COEXIST_KEY_pop3_mark_read };
		struct coexist_policy policy;

		g_test_message("row %zu", i);
		coexist_policy_merge(scopes, G_N_ELEMENTS(scopes),
				     report_unknown, &report, &policy);
		g_assert_cmpstr(coexist_policy_text(&policy,
					COEXIST_KEY_pop3_mark_read), ==,
				rows[i].effective);
		g_assert_cmpuint(report.count, ==, 0);
	}
}

/* Who does not want to hear of unknown values passes no function. */
static void test_unreported(void)
{
	struct texts narrow = { .mark_read = "nevr" };
	struct texts wide = { .mark_read = "quit" };
	const struct coexist_scope scopes[] = {
		{ .name = "narrow", .get = texts_get, .context = &narrow },
		{ .name = "wide", .get = texts_get, .context = &wide },
	};
	struct coexist_policy policy;

	coexist_policy_merge(scopes, G_N_ELEMENTS(scopes), NULL, NULL, &policy);
	g_assert_cmpstr(coexist_policy_text(&policy,
				COEXIST_KEY_pop3_mark_read), ==, "quit");
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/merge/scopes", test_scopes);
	g_test_add_func("/merge/suspend", test_suspend);
	g_test_add_func("/merge/mere-yes", test_mere_yes);
	g_test_add_func("/merge/empty", test_empty);
	g_test_add_func("/merge/unreported", test_unreported);
	return g_test_run();
}
