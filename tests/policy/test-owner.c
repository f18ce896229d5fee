/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose value holds: the owner's choice, or who opened the key, or who named it. */

#include "policy-owner.h"

#include <glib.h>
#include <string.h>

#define SCOPES 5
#define NOWHERE SCOPES

#define DELETE COEXIST_OPENABLE_pop3_delete

/* What a case says. Scopes are numbered from the narrowest on. */
struct setting {
	/* where owner_may_change opens pop3_delete, where pop3_delete=archive is named,
	   where preset=read-only is, which hides */
	unsigned int opened, named, preset;
	const char *chosen;
	bool suspend;
	/* there is no owner_bounds */
	bool unbounded;
};

static const char *
setting_get(const struct setting *setting, unsigned int scope,
	    enum coexist_key key)
{
	switch (key) {
	case COEXIST_KEY_owner_may_change:
		return scope == setting->opened ? "language pop3_delete" :
			NULL;
	case COEXIST_KEY_pop3_delete:
		return scope == setting->named ? "archive" : NULL;
	case COEXIST_KEY_preset:
		return scope == setting->preset ? "read-only" : NULL;
	case COEXIST_KEY_owner_bounds:
		return scope == SCOPES - 1 && !setting->unbounded ?
			"pop3_delete=trash,archive" : NULL;
	case COEXIST_KEY_sieve_access:
		return setting->suspend && scope == 3 ? "suspend" : NULL;
	default:
		return NULL;
	}
}

struct context {
	const struct setting *setting;
	unsigned int scope;
};

static const char *context_get(void *context, enum coexist_key key)
{
	const struct context *ctx = context;

	return setting_get(ctx->setting, ctx->scope, key);
}

static void
report_unknown(void *context G_GNUC_UNUSED,
	       const struct coexist_scope *scope G_GNUC_UNUSED,
	       enum coexist_key key G_GNUC_UNUSED,
	       const char *text G_GNUC_UNUSED)
{
	g_assert_not_reached();
}

/* Returns the value of pop3_delete that holds, and who says so. */
static const char *
effective(const struct setting *setting, const char **whose_r)
{
	static const struct coexist_scope owner = { .name = "owner" };
	static const char *const names[] = { "0", "1", "2", "3", "4" };
	const char *texts[COEXIST_OPENABLE_COUNT] = { NULL };
	struct context contexts[SCOPES];
	struct coexist_scope scopes[SCOPES];
	struct coexist_policy policy;
	const struct coexist_policy_entry *entry =
		&policy.entries[COEXIST_KEY_pop3_delete];

	for (unsigned int i = 0; i < SCOPES; i++) {
		contexts[i] = (struct context){ setting, i };
		scopes[i] = (struct coexist_scope){ .name = names[i],
			.get = context_get, .context = &contexts[i] };
	}
	coexist_policy_merge(scopes, SCOPES, report_unknown, NULL, &policy);
	texts[DELETE] = setting->chosen;
	coexist_owner_choose(&policy, &owner,
			     coexist_owner_open(&policy, scopes, SCOPES),
			     texts);
	*whose_r = entry->scope == NULL ? "built-in" : entry->scope->name;
	return entry->text;
}

/* What the rules of doc/owner-choice.md say of it, in their order. */
static const char *
wanted(const struct setting *setting, const char **whose_r)
{
	static const char *const names[] = { "0", "1", "2", "3", "4" };

	if (setting->chosen != NULL && strcmp(setting->chosen, "trash") == 0 &&
	    setting->opened != NOWHERE && setting->named >= setting->opened &&
	    !setting->suspend) {
		*whose_r = "owner";
		return "trash";
	}
	if (setting->named == NOWHERE && setting->preset == NOWHERE) {
		*whose_r = "built-in";
		return "expunge";
	}
	if (setting->named <= setting->preset) {
		*whose_r = names[setting->named];
		return "archive";
	}
	*whose_r = names[setting->preset];
	return "hide";
}

/* (opened where) x (named where) x (preset where) x (chosen) x suspend */
static void test_precedence(void)
{
	/* nothing; in the bounds; out of them; what no owner may choose; nonsense;
	   empty */
	static const char *const chosen[] = {
		NULL, "trash", "hide", "expunge", "trsh", " "
	};
	struct setting setting = { .unbounded = false };
	unsigned int owners = 0, all = 0;

	for (setting.opened = 0; setting.opened <= NOWHERE; setting.opened++)
	for (setting.named = 0; setting.named <= NOWHERE; setting.named++)
	for (setting.preset = 0; setting.preset <= NOWHERE; setting.preset++)
	for (size_t i = 0; i < G_N_ELEMENTS(chosen); i++)
	for (unsigned int suspend = 0; suspend < 2; suspend++) {
		const char *whose, *wanted_whose, *text, *wanted_text;

		setting.chosen = chosen[i];
		setting.suspend = suspend == 1;
		text = effective(&setting, &whose);
		wanted_text = wanted(&setting, &wanted_whose);
		g_test_message("opened %u named %u preset %u chosen %s "
			       "suspend %u", setting.opened, setting.named,
			       setting.preset,
			       chosen[i] == NULL ? "nothing" : chosen[i],
			       suspend);
		g_assert_cmpstr(text, ==, wanted_text);
		g_assert_cmpstr(whose, ==, wanted_whose);
		owners += strcmp(whose, "owner") == 0 ? 1 : 0;
		all++;
	}
	g_assert_cmpuint(all, ==, 6 * 6 * 6 * 6 * 2);
	/* opened in 0 to 4, named as wide or nowhere: 6 + 5 + 4 + 3 + 2 pairs */
	g_assert_cmpuint(owners, ==, 20 * 6);
}

/* The same by hand, so that the rules above can't be wrong together. */
static void test_rows(void)
{
	static const struct {
		const char *label;
		struct setting setting;
		const char *text, *whose;
	} rows[] = {
		{ "closed", { NOWHERE, NOWHERE, NOWHERE, "trash", false, false },
		  "expunge", "built-in" },
		{ "opened by the widest", { 4, NOWHERE, NOWHERE, "trash", false, false },
		  "trash", "owner" },
		{ "named for the mailbox", { 4, 0, NOWHERE, "trash", false, false },
		  "archive", "0" },
		{ "named and opened by one", { 2, 2, NOWHERE, "trash", false, false },
		  "trash", "owner" },
		{ "named by a wider one", { 2, 3, NOWHERE, "trash", false, false },
		  "trash", "owner" },
		{ "a narrower preset", { 4, NOWHERE, 0, "trash", false, false },
		  "trash", "owner" },
		{ "a preset alone", { NOWHERE, NOWHERE, 0, "trash", false, false },
		  "hide", "0" },
		{ "out of bounds", { 4, 4, NOWHERE, "hide", false, false },
		  "archive", "4" },
		{ "never an owner's", { 4, 4, NOWHERE, "expunge", false, false },
		  "archive", "4" },
		{ "unbounded", { 4, 4, NOWHERE, "hide", false, true },
		  "hide", "owner" },
		{ "never an owner's, also unbounded",
		  { 4, 4, NOWHERE, "expunge", false, true }, "archive", "4" },
		{ "suspended", { 4, 4, NOWHERE, "trash", true, false },
		  "archive", "4" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *whose;

		g_test_message("%s", rows[i].label);
		g_assert_cmpstr(effective(&rows[i].setting, &whose), ==,
				rows[i].text);
		g_assert_cmpstr(whose, ==, rows[i].whose);
	}
}

static void test_parse(void)
{
	g_assert_cmpuint(coexist_openable_parse("none"), ==, 0);
	g_assert_cmpuint(coexist_openable_parse(""), ==, 0);
	g_assert_cmpuint(coexist_openable_parse("pop3_delete, language"), ==,
			 1U << DELETE | 1U << COEXIST_OPENABLE_language);
	g_assert_cmpuint(coexist_openable_parse("Undo pop3_delete"), ==,
			 1U << DELETE | COEXIST_OPENABLE_UNDO);
	/* as a later version may say */
	g_assert_cmpuint(coexist_openable_parse("pop3_access nosuch preset"),
			 ==, 0);
}

/* The last list is kept: neither another one, nor a wrong one, nor one too long to be
   kept is taken for it. */
static void test_last_list(void)
{
	const struct coexist_policy_key *key =
		&coexist_policy_keys[COEXIST_KEY_owner_may_change];
	const uint64_t delete_bit = 1ULL << DELETE;
	g_autofree char *blanks = g_strnfill(300, ' ');
	g_autofree char *long_list = g_strconcat("language", blanks,
						 "pop3_delete", NULL);
	const struct {
		const char *list;
		enum coexist_value_status status;
		uint64_t set;
	} rows[] = {
		{ "pop3_delete", COEXIST_VALUE_VALID, delete_bit },
		{ "pop3_delete", COEXIST_VALUE_VALID, delete_bit },
		{ "language", COEXIST_VALUE_VALID,
		  1ULL << COEXIST_OPENABLE_language },
		{ "language nosuch", COEXIST_VALUE_UNKNOWN, 0 },
		{ "language", COEXIST_VALUE_VALID,
		  1ULL << COEXIST_OPENABLE_language },
		{ long_list, COEXIST_VALUE_VALID,
		  delete_bit | 1ULL << COEXIST_OPENABLE_language },
		{ "language", COEXIST_VALUE_VALID,
		  1ULL << COEXIST_OPENABLE_language },
		{ "none", COEXIST_VALUE_VALID, 0 },
		{ "pop3_delete undo", COEXIST_VALUE_VALID,
		  delete_bit | COEXIST_OPENABLE_UNDO },
		{ "pop3_delete", COEXIST_VALUE_VALID, delete_bit },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct coexist_value value = { .number = 0 };

		g_test_message("%zu: %s", i, rows[i].list);
		g_assert_cmpint(coexist_value_parse(key, rows[i].list, &value),
				==, rows[i].status);
		g_assert_cmpuint(value.number, ==, rows[i].set);
	}
}

/* Nothing that lets anybody in, keeps anybody out, or speaks for the site. */
static void test_closed_list(void)
{
	enum coexist_openable ignored;

	for (unsigned int key = 0; key < COEXIST_KEY_COUNT; key++) {
		const char *name = coexist_policy_keys[key].name;
		bool may = g_str_has_prefix(name, "pop3_show") ||
			g_str_has_prefix(name, "quota_warn") ||
			strcmp(name, "pop3_mark_read") == 0 ||
			strcmp(name, "pop3_delete") == 0 ||
			strcmp(name, "pop3_keep_days") == 0 ||
			strcmp(name, "pop3_folders") == 0 ||
			strcmp(name, "language") == 0;

		g_test_message("%s", name);
		g_assert_cmpint(coexist_openable_find(key, &ignored), ==, may);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/owner/precedence", test_precedence);
	g_test_add_func("/owner/rows", test_rows);
	g_test_add_func("/owner/parse", test_parse);
	g_test_add_func("/owner/last-list", test_last_list);
	g_test_add_func("/owner/closed-list", test_closed_list);
	return g_test_run();
}
