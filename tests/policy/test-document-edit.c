/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Editing a document: what may be set, and what survives writing it. */

#include "document-cases.h"

#include <string.h>

/* Writes the document and reads it again. */
static coexist_document *reparse(const coexist_document *document)
{
	g_autofree char *text = coexist_document_to_text(document);

	return parse(text);
}

static void test_set(void)
{
	static const struct {
		const char *key, *text;
		int code;
	} rows[] = {
#define GOOD -1
		{ "pop3_access", "deny", GOOD },
		{ "pop3_access", "Suspend", GOOD },
		{ "quota_warn", "80 95", GOOD },
		{ "pop3_mark_downloaded", "yes", GOOD },
		{ "deny_text", "Grüße, \\ and \\n\nand a line", GOOD },
		{ "pop3_until", "2027-01-01", GOOD },
		{ "pop3_access", "dney", COEXIST_DOCUMENT_ERROR_VALUE },
		{ "pop3_access", "", COEXIST_DOCUMENT_ERROR_VALUE },
		{ "pop3_access", "yes", COEXIST_DOCUMENT_ERROR_VALUE },
		{ "pop3_access", "deny deny", COEXIST_DOCUMENT_ERROR_VALUE },
		{ "pop3_until", "2027-13-01", COEXIST_DOCUMENT_ERROR_VALUE },
		{ "deny_text", "\xff", COEXIST_DOCUMENT_ERROR_VALUE },
		{ "pop3_acces", "deny", COEXIST_DOCUMENT_ERROR_KEY },
		{ "", "deny", COEXIST_DOCUMENT_ERROR_KEY },
		{ "x]\n[meta", "deny", COEXIST_DOCUMENT_ERROR_KEY },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(coexist_document) document = coexist_document_new();
		g_autoptr(coexist_document) copy = NULL;
		g_autoptr(GError) error = NULL;
		enum coexist_key key;
		bool known = coexist_key_find(rows[i].key, &key);

		g_test_message("row %zu", i);
		g_assert_true(coexist_document_set(document, rows[i].key,
						   rows[i].text, &error) ==
			      (rows[i].code == GOOD));
		if (rows[i].code != GOOD) {
			g_assert_error(error, COEXIST_DOCUMENT_ERROR,
				       rows[i].code);
			g_assert_true(g_str_has_prefix(error->message,
						       rows[i].key));
		}
		copy = reparse(document);
		for (unsigned int k = 0; k < COEXIST_KEY_COUNT; k++) {
			const char *expected = rows[i].code == GOOD && known &&
				k == key ? rows[i].text : NULL;

			g_assert_cmpstr(coexist_document_get(document, k), ==,
					expected);
			g_assert_cmpstr(coexist_document_get(copy, k), ==,
					expected);
		}
	}
}

/* A document that was refused a value is as before. */
static void test_set_untouched(void)
{
	g_autoptr(coexist_document) document =
		parse("[policy]\npop3_access=deny\n");

	g_assert_false(coexist_document_set(document, "pop3_access", "dney",
					    NULL));
	/* what means nothing when it is read again */
	g_assert_false(coexist_document_set(document, "deny_text", "\n,", NULL));
	g_assert_false(coexist_document_set(document, "deny_text", "yes\n",
					    NULL));
	g_assert_null(coexist_document_get(document, COEXIST_KEY_deny_text));
	g_assert_cmpstr(coexist_document_get(document, COEXIST_KEY_pop3_access),
			==, "deny");
	g_assert_true(coexist_document_set(document, "pop3_access", "suspend",
					   NULL));
	g_assert_cmpstr(coexist_document_get(document, COEXIST_KEY_pop3_access),
			==, "suspend");
}

/* However much is set, what is written can be read again. */
static void test_set_size(void)
{
	static const char *const lists[] = {
		"imap_networks", "pop3_networks", "submission_networks",
		"sieve_networks", "webmail_networks", "pop3_fetcher_networks",
		"pop3_folders", "quota_warn", "quota_warn_free",
		"quota_warn_channels"
	};
	static const char *const items[] = {
		"10.0.0.1 ", "10.0.0.1 ", "10.0.0.1 ", "10.0.0.1 ",
		"10.0.0.1 ", "10.0.0.1 ", "\\ ", "9 ", "9 ", "mail "
	};
	g_autofree char *padding = g_strnfill(20 * 1024, 'x');
	g_autofree char *text = g_strconcat("[policy]\n#", padding, "\n", NULL);
	g_autoptr(coexist_document) document = parse(text);
	g_autoptr(coexist_document) copy = NULL;
	g_autoptr(GError) error = NULL;
	unsigned int refused = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		g_autoptr(GString) list = g_string_new(items[i]);

		while (list->len + strlen(items[i]) < COEXIST_VALUE_MAX_LENGTH)
			g_string_append(list, items[i]);
		g_string_truncate(list, list->len - 1);
		g_clear_error(&error);
		if (coexist_document_set(document, lists[i], list->str, &error))
			continue;
		g_assert_error(error, COEXIST_DOCUMENT_ERROR,
			       COEXIST_DOCUMENT_ERROR_SIZE);
		refused++;
	}
	g_assert_cmpuint(refused, >, 0);
	g_assert_cmpuint(refused, <, G_N_ELEMENTS(lists));
	coexist_document_set_meta(document, "reason", padding);
	coexist_document_set_meta(document, "by", padding);
	copy = reparse(document);
	g_assert_nonnull(copy);
}

static void test_unset(void)
{
	g_autoptr(coexist_document) document =
		parse("[policy]\npop3_access=deny\nimap_access=deny\n"
		      "pop3_access=suspend\npop3_access=allow\n");
	g_autoptr(coexist_document) copy = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_true(coexist_document_unset(document, "pop3_access", &error));
	g_assert_no_error(error);
	/* once more: it is not there, which is what was asked for */
	g_assert_true(coexist_document_unset(document, "pop3_access", &error));
	g_assert_no_error(error);
	g_assert_false(coexist_document_unset(document, "pop3_acces", &error));
	g_assert_error(error, COEXIST_DOCUMENT_ERROR,
		       COEXIST_DOCUMENT_ERROR_KEY);

	copy = reparse(document);
	g_assert_null(coexist_document_get(document, COEXIST_KEY_pop3_access));
	g_assert_null(coexist_document_get(copy, COEXIST_KEY_pop3_access));
	g_assert_cmpstr(coexist_document_get(copy, COEXIST_KEY_imap_access),
			==, "deny");
}

/* A document without values still is one. */
static void test_empty(void)
{
	g_autoptr(coexist_document) document = coexist_document_new();
	g_autoptr(coexist_document) copy = reparse(document);
	g_autoptr(coexist_document) again = NULL;

	g_assert_true(coexist_document_set(copy, "language", "es", NULL));
	g_assert_true(coexist_document_unset(copy, "language", NULL));
	again = reparse(copy);
	g_assert_null(coexist_document_get(again, COEXIST_KEY_language));
}

static void test_round_trip(void)
{
	static const char text[] =
		"# by the panel\n"
		"\n"
		"[policy]\n"
		"# until the merger\n"
		"pop3_access=deny\n"
		"future_key=1\n"
		"deny_text=C:\\qua\n"
		"deny_text[es]=no\n"
		"\n"
		"[panel]\n"
		"# theirs\n"
		"id=4711\n";
	g_autoptr(coexist_document) document = parse(text);
	g_autofree char *same = coexist_document_to_text(document);
	g_autofree char *changed = NULL;

	g_assert_cmpstr(same, ==, text);
	g_assert_true(coexist_document_set(document, "imap_access", "deny",
					   NULL));
	g_assert_true(coexist_document_unset(document, "imap_access", NULL));
	changed = coexist_document_to_text(document);
	g_assert_nonnull(strstr(changed, "# by the panel\n"));
	g_assert_nonnull(strstr(changed, "# until the merger\npop3_access="));
	g_assert_nonnull(strstr(changed, "future_key=1\n"));
	g_assert_nonnull(strstr(changed, "deny_text=C:\\qua\n"));
	g_assert_nonnull(strstr(changed, "deny_text[es]=no\n"));
	g_assert_nonnull(strstr(changed, "[panel]\n# theirs\nid=4711\n"));
}

static void test_meta(void)
{
	g_autoptr(coexist_document) document =
		parse("[policy]\n[meta]\nby=admin\nreason=first \n");
	g_autoptr(coexist_document) copy = NULL;
	g_autofree char *large = g_strdup("x");
	g_autofree char *letters = g_strnfill(1025, 'x');
	const char *cut;

	g_assert_cmpstr(coexist_document_get_meta(document, "by"), ==, "admin");
	g_assert_cmpstr(coexist_document_get_meta(document, "reason"), ==,
			"first");
	g_assert_null(coexist_document_get_meta(document, "updated"));

	coexist_document_set_meta(document, "updated", "2026-01-01T00:00:00Z");
	coexist_document_set_meta(document, "reason", "two\nlines \xff");
	coexist_document_set_meta(document, "by", NULL);
	copy = reparse(document);
	g_assert_cmpstr(coexist_document_get_meta(copy, "updated"), ==,
			"2026-01-01T00:00:00Z");
	g_assert_cmpstr(coexist_document_get_meta(copy, "reason"), ==,
			"two\nlines \xef\xbf\xbd");
	g_assert_null(coexist_document_get_meta(copy, "by"));
	coexist_document_set_meta(copy, "updated", "");
	g_assert_null(coexist_document_get_meta(copy, "updated"));

	coexist_document_set_meta(document, "by", letters);
	g_assert_cmpstr(coexist_document_get_meta(document, "by"), ==,
			letters + 1);
	coexist_document_set_meta(document, "by", letters + 1);
	g_assert_cmpstr(coexist_document_get_meta(document, "by"), ==,
			letters + 1);

	/* two bytes each, one byte out of step: the cut is between characters */
	while (strlen(large) < 4096) {
		g_autofree char *shorter = g_steal_pointer(&large);

		large = g_strconcat(shorter, "ü", NULL);
	}
	coexist_document_set_meta(document, "reason", large);
	cut = coexist_document_get_meta(document, "reason");
	g_assert_cmpuint(strlen(cut), ==, 1023);
	g_assert_true(g_utf8_validate(cut, -1, NULL));
}

static void test_ref(void)
{
	coexist_document *document = parse("[policy]\nlanguage=es\n");
	coexist_document *same = coexist_document_ref(document);

	g_assert_true(same == document);
	coexist_document_unref(document);
	g_assert_cmpstr(coexist_document_get(same, COEXIST_KEY_language), ==,
			"es");
	coexist_document_unref(same);
	coexist_document_unref(NULL);
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/document/set", test_set);
	g_test_add_func("/document/set-untouched", test_set_untouched);
	g_test_add_func("/document/set-size", test_set_size);
	g_test_add_func("/document/unset", test_unset);
	g_test_add_func("/document/empty", test_empty);
	g_test_add_func("/document/round-trip", test_round_trip);
	g_test_add_func("/document/meta", test_meta);
	g_test_add_func("/document/ref", test_ref);
	return g_test_run();
}
