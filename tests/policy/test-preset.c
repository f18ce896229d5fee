/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the presets name, and how they go with explicit keys. */

#include "policy-merge.h"
#include "policy-preset.h"

#include <glib.h>
#include <string.h>

#define PRESET_KEY (&coexist_policy_keys[COEXIST_KEY_preset])

/* The choices of the key, the names and the enum are the same. */
static void test_names(void)
{
	struct coexist_value value;

	for (unsigned int i = 0; i < COEXIST_PRESET_COUNT; i++) {
		g_assert_cmpint(coexist_value_parse(PRESET_KEY,
						    coexist_preset_name(i),
						    &value), ==,
				COEXIST_VALUE_VALID);
		g_assert_cmpuint(value.number, ==, i);
	}
	g_auto(GStrv) choices = g_strsplit(PRESET_KEY->choices, " ", -1);
	g_assert_cmpuint(g_strv_length(choices), ==, COEXIST_PRESET_COUNT);
}

static void test_texts(void)
{
	static const struct {
		enum coexist_preset preset;
		enum coexist_key key;
		const char *text;
	} rows[] = {
		{ COEXIST_PRESET_SAFE, COEXIST_KEY_pop3_mark_read, "complete" },
		{ COEXIST_PRESET_SAFE, COEXIST_KEY_pop3_delete, "trash" },
		{ COEXIST_PRESET_SAFE, COEXIST_KEY_pop3_delete_limit, "200" },
		{ COEXIST_PRESET_MULTI_DEVICE, COEXIST_KEY_pop3_mark_read,
		  "complete" },
		{ COEXIST_PRESET_MULTI_DEVICE, COEXIST_KEY_pop3_delete,
		  "hide" },
		{ COEXIST_PRESET_MULTI_DEVICE, COEXIST_KEY_pop3_keep_days,
		  "30" },
		{ COEXIST_PRESET_MULTI_DEVICE, COEXIST_KEY_quota_warn,
		  "80 95" },
		{ COEXIST_PRESET_READ_ONLY, COEXIST_KEY_pop3_mark_read,
		  "never" },
		{ COEXIST_PRESET_READ_ONLY, COEXIST_KEY_pop3_delete, "hide" },
		{ COEXIST_PRESET_ARCHIVE, COEXIST_KEY_pop3_mark_read,
		  "complete" },
		{ COEXIST_PRESET_ARCHIVE, COEXIST_KEY_pop3_delete, "archive" },
	};
	unsigned int preset, key;
	size_t named = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpstr(coexist_preset_get(rows[i].preset, rows[i].key),
				==, rows[i].text);
	}
	/* and nothing else */
	for (preset = 0; preset < COEXIST_PRESET_COUNT; preset++) {
		for (key = 0; key < COEXIST_KEY_COUNT; key++) {
			if (preset != COEXIST_PRESET_CLASSIC &&
			    coexist_preset_get(preset, key) != NULL)
				named++;
		}
	}
	g_assert_cmpuint(named, ==, G_N_ELEMENTS(rows));
}

/* Every text is a value of its key, or the empty default. */
static void test_syntax(void)
{
	for (unsigned int preset = 0; preset < COEXIST_PRESET_COUNT; preset++) {
		for (unsigned int key = 0; key < COEXIST_KEY_COUNT; key++) {
			const char *text = coexist_preset_get(preset, key);
			struct coexist_value value;

			if (text == NULL || *text == '\0')
				continue;
			g_test_message("%s: %s", coexist_preset_name(preset),
				       coexist_policy_keys[key].name);
			g_assert_cmpint(coexist_value_parse(
						&coexist_policy_keys[key],
						text, &value), ==,
					COEXIST_VALUE_VALID);
		}
	}
}

/* What is about the way in, or words, is not the presets' to say. */
static bool is_about_login(const char *name)
{
	static const char *const endings[] = {
		"_access", "_tls", "_networks", "_until", "until_notice",
		"_max_sessions", "_login_delay"
	};

	if (strcmp(name, "pop3_fetcher_networks") == 0)
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
		if (g_str_has_suffix(name, endings[i]))
			return true;
	}
	return strcmp(name, "deny_text") == 0 ||
		strcmp(name, "language") == 0 ||
		/* a preset neither opens a key nor closes it */
		g_str_has_prefix(name, "owner_") || strcmp(name, "preset") == 0;
}

static void test_classic(void)
{
	for (unsigned int key = 0; key < COEXIST_KEY_COUNT; key++) {
		const struct coexist_policy_key *info =
			&coexist_policy_keys[key];

		g_test_message("%s", info->name);
		g_assert_cmpstr(coexist_preset_get(COEXIST_PRESET_CLASSIC, key),
				==, is_about_login(info->name) ? NULL :
				info->default_value);
	}
}

struct texts {
	const char *preset;
	const char *mark_read;
	const char *quota_warn;
};

static const char *texts_get(void *context, enum coexist_key key)
{
	const struct texts *texts = context;

	switch (key) {
	case COEXIST_KEY_preset:
		return texts->preset;
	case COEXIST_KEY_pop3_mark_read:
		return texts->mark_read;
	case COEXIST_KEY_quota_warn:
		return texts->quota_warn;
	default:
		return NULL;
	}
}

static void
count_unknown(void *context, const struct coexist_scope *scope G_GNUC_UNUSED,
	      enum coexist_key key G_GNUC_UNUSED,
	      const char *text G_GNUC_UNUSED)
{
	unsigned int *count = context;

	(*count)++;
}

static void
check_entry(const struct coexist_policy *policy, enum coexist_key key,
	    const char *text, const char *scope, const char *preset)
{
	const struct coexist_policy_entry *entry = &policy->entries[key];

	g_assert_cmpstr(entry->text, ==, text);
	g_assert_cmpstr(entry->scope == NULL ? NULL : entry->scope->name, ==,
			scope);
	g_assert_cmpstr(entry->preset, ==, preset);
}

static void test_merge(void)
{
	static const struct {
		struct texts narrow, wide;
		const char *mark_read, *scope, *preset;
		unsigned int unknown;
	} rows[] = {
		/* a preset gives what its scope does not name */
		{ { "safe", NULL, NULL }, { NULL, NULL, NULL },
		  "complete", "narrow", "safe", 0 },
		{ { NULL, NULL, NULL }, { "safe", NULL, NULL },
		  "complete", "wide", "safe", 0 },
		{ { "Read-Only", NULL, NULL }, { NULL, NULL, NULL },
		  "never", "narrow", "read-only", 0 },
		/* explicit wins in the same scope, even if stock */
		{ { "safe", "quit", NULL }, { NULL, NULL, NULL },
		  "quit", "narrow", NULL, 0 },
		{ { "safe", "stock", NULL }, { NULL, NULL, NULL },
		  "stock", "narrow", NULL, 0 },
		/* the narrower scope wins, whichever is explicit */
		{ { "safe", NULL, NULL }, { NULL, "quit", NULL },
		  "complete", "narrow", "safe", 0 },
		{ { NULL, "quit", NULL }, { "safe", NULL, NULL },
		  "quit", "narrow", NULL, 0 },
		{ { "read-only", NULL, NULL }, { "safe", NULL, NULL },
		  "never", "narrow", "read-only", 0 },
		{ { "classic", NULL, NULL }, { "safe", "quit", NULL },
		  "stock", "narrow", "classic", 0 },
		/* none names nothing, so it takes nothing back */
		{ { "none", NULL, NULL }, { "safe", NULL, NULL },
		  "complete", "wide", "safe", 0 },
		/* an unknown value counts as missing */
		{ { "safe", "nevr", NULL }, { NULL, "quit", NULL },
		  "complete", "narrow", "safe", 1 },
		{ { "sfae", NULL, NULL }, { "archive", NULL, NULL },
		  "complete", "wide", "archive", 1 },
		{ { "sfae", NULL, NULL }, { NULL, "quit", NULL },
		  "quit", "wide", NULL, 1 },
		/* empty means inherit, and yes means nothing */
		{ { "", NULL, NULL }, { NULL, "", NULL },
		  "stock", NULL, NULL, 0 },
		{ { "yes", NULL, NULL }, { "safe", "yes", NULL },
		  "complete", "wide", "safe", 2 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct coexist_scope scopes[] = {
			{ .name = "narrow", .get = texts_get,
			  .context = (void *)&rows[i].narrow },
			{ .name = "wide", .get = texts_get,
			  .context = (void *)&rows[i].wide },
		};
		struct coexist_policy policy;
		unsigned int unknown = 0;

		g_test_message("row %zu", i);
		coexist_policy_merge(scopes, 2, count_unknown, &unknown,
				     &policy);
		check_entry(&policy, COEXIST_KEY_pop3_mark_read,
			    rows[i].mark_read, rows[i].scope, rows[i].preset);
		g_assert_cmpuint(unknown, ==, rows[i].unknown);
	}
}

/* A preset can take a list back to empty, which an explicit value can't. */
static void test_merge_empty(void)
{
	const struct texts narrow = { .preset = "classic" };
	const struct texts wide = { .quota_warn = "90" };
	struct coexist_scope scopes[] = {
		{ .name = "narrow", .get = texts_get,
		  .context = (void *)&narrow },
		{ .name = "wide", .get = texts_get,
		  .context = (void *)&wide },
	};
	struct coexist_policy policy;
	unsigned int unknown = 0;

	coexist_policy_merge(scopes, 2, count_unknown, &unknown, &policy);
	check_entry(&policy, COEXIST_KEY_quota_warn, "", "narrow", "classic");
	check_entry(&policy, COEXIST_KEY_preset, "classic", "narrow", NULL);
	g_assert_cmpuint(unknown, ==, 0);
}

static const struct coexist_scope_entry *
entry_find(const struct coexist_scope_entry *entries, unsigned int count,
	   enum coexist_key key)
{
	for (unsigned int i = 0; i < count; i++) {
		if (entries[i].key == key)
			return &entries[i];
	}
	return NULL;
}

static void test_scope_read_all(void)
{
	const struct texts texts = {
		.preset = "safe", .quota_warn = "many"
	};
	const struct coexist_scope scope = {
		.name = "scope", .get = texts_get, .context = (void *)&texts
	};
	struct coexist_scope_entry entries[COEXIST_SCOPE_ENTRY_MAX];
	const struct coexist_scope_entry *entry;

	g_assert_cmpuint(coexist_scope_read_all(&scope, entries), ==, 5);
	entry = entry_find(entries, 5, COEXIST_KEY_quota_warn);
	g_assert_false(entry->is_value);
	g_assert_cmpstr(entry->text, ==, "many");
	g_assert_null(entry_find(entries, 5, COEXIST_KEY_pop3_access));
	entry = entry_find(entries, 5, COEXIST_KEY_pop3_delete_limit);
	g_assert_true(entry->is_value);
	g_assert_cmpuint(entry->value.number, ==, 200);
	g_assert_cmpstr(entry->preset, ==, "safe");
	entry = entry_find(entries, 5, COEXIST_KEY_preset);
	g_assert_true(entry->is_value);
	g_assert_null(entry->preset);
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/preset/names", test_names);
	g_test_add_func("/preset/texts", test_texts);
	g_test_add_func("/preset/syntax", test_syntax);
	g_test_add_func("/preset/classic", test_classic);
	g_test_add_func("/preset/merge", test_merge);
	g_test_add_func("/preset/merge-empty", test_merge_empty);
	g_test_add_func("/preset/scope-read-all", test_scope_read_all);
	return g_test_run();
}
