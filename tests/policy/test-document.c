/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is a document, and what survives writing it. */

#include "policy-document.h"
#include "policy-document-texts.h"

#include <string.h>

static coexist_document *parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	coexist_document *document =
		coexist_document_parse("doc", text, strlen(text), &error);

	g_assert_no_error(error);
	g_assert_nonnull(document);
	return document;
}

/* Writes the document and reads it again. */
static coexist_document *reparse(const coexist_document *document)
{
	g_autofree char *text = coexist_document_to_text(document);

	return parse(text);
}

static void test_read(void)
{
	static const struct {
		const char *text, *pop3_access;
	} rows[] = {
		{ "[policy]\npop3_access=deny\n", "deny" },
		{ "[policy]\npop3_access=deny", "deny" },
		{ "[policy]\n  pop3_access  =  deny \t\n", "deny" },
		{ "[policy]\r\npop3_access=deny\r\n", "deny" },
		{ "\xef\xbb\xbf[policy]\npop3_access=deny\n", "deny" },
		{ "\n# x\n[policy]\n# y\n\npop3_access=deny\n", "deny" },
		{ "[policy]\npop3_access=\n", "" },
		{ "[policy]\npop3_access=dney\n", "dney" },
		{ "[policy]\npop3_access=allow\npop3_access=deny\n", "deny" },
		{ "[policy]\npop3_access=allow\n[meta]\nby=x\n"
		  "[policy]\npop3_access=deny\n", "deny" },
		{ "[policy]\npop3_access=den\\sy\n", "den y" },
		{ "[policy]\npop3_access=a\\tb\\nc\\rd\\\\n\n", "a\tb\nc\rd\\n" },
		{ "[policy]\npop3_access=\\sdeny\\s\n", "deny" },
		{ "[policy]\npop3_access=C:\\qua\n", "C:\\qua" },
		{ "[policy]\npop3_access=\\q\\\n", "\\q\\" },
		{ "[policy]\nimap_access=deny\n", NULL },
		{ "[policy]\nPOP3_ACCESS=deny\n", NULL },
		{ "[policy]\n", NULL },
		{ "[policy]", NULL },
		{ "[other]\npop3_access=deny\n[policy]\n", NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(coexist_document) document = NULL;

		g_test_message("row %zu", i);
		document = parse(rows[i].text);
		g_assert_cmpstr(coexist_document_get(document,
					COEXIST_KEY_pop3_access), ==,
				rows[i].pop3_access);
	}
}

static void test_wrong(void)
{
	static const struct {
		const char *text;
		size_t length;
		const char *message;
	} rows[] = {
#define WRONG(text, message) { text, sizeof(text) - 1, message }
		/* cut off */
		WRONG("", "doc: No group [policy]"),
		WRONG("[pol", "doc: line 1: Not a [group]*"),
		WRONG("[policy]\npop3_acc", "doc: line 2: Not a [group]*"),
		WRONG("[meta]\nby=x\n", "doc: No group [policy]"),
		/* no document */
		WRONG("\n\n", "doc: No group [policy]"),
		WRONG("pop3_access=deny\n", "doc: line 1: Not*"),
		WRONG("[policy]\na=b\n<html>\nc=d\n", "doc: line 3: Not*"),
		WRONG("[policy]\na=b\n\n# x\n=d\n", "doc: line 5: Not*"),
		WRONG("{\"pop3_access\": \"deny\"}\n", "doc: line 1: Not*"),
		WRONG("[policy]\na=b\n[]\n", "doc: line 3: Not*"),
		WRONG("[policy]\r\na\r\n", "doc: line 2: Not*"),
		/* no text */
		WRONG("[policy]\n\0pop3_access=deny\n", "doc: line 2: Not UTF-8"),
		WRONG("[policy]\npop3_access=deny\0", "doc: line 2: Not UTF-8"),
		WRONG("[policy]\nx=1\ndeny_text=a\xffz\n",
		      "doc: line 3: Not UTF-8"),
		WRONG("[policy]\ndeny_text=\xc3", "doc: line 2: Not UTF-8"),
		WRONG("\xff\xfe[\0p\0", "doc: line 1: Not UTF-8"),
#undef WRONG
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;

		g_test_message("row %zu", i);
		g_assert_null(coexist_document_parse("doc", rows[i].text,
						     rows[i].length, &error));
		g_assert_error(error, COEXIST_DOCUMENT_ERROR,
			       COEXIST_DOCUMENT_ERROR_PARSE);
		g_test_message("%s", error->message);
		g_assert_true(g_pattern_match_simple(rows[i].message,
						     error->message));
	}
	g_assert_null(coexist_document_parse("doc", "x", 1, NULL));
}

/* The line is found wherever it is, and however long the others are. */
static void test_wrong_line(void)
{
	for (unsigned int bad = 2; bad <= 20; bad++) {
		g_autoptr(GString) text = g_string_new("[policy]\n");
		g_autoptr(GError) error = NULL;
		g_autofree char *expected =
			g_strdup_printf("doc: line %u: Not*", bad);

		for (unsigned int line = 2; line <= 20; line++) {
			g_autofree char *padding =
				g_strnfill(line * line * 5, 'x');

			g_string_append_printf(text, "%s%s\n", padding,
					       line == bad ? "" : "=1");
		}
		g_assert_null(coexist_document_parse("doc", text->str,
						     text->len, &error));
		g_assert_true(g_pattern_match_simple(expected,
						     error->message));
	}
}

static char *text_of_size(size_t size)
{
	static const char head[] = "[policy]\n#";
	char *text = g_strnfill(size, 'x');

	memcpy(text, head, strlen(head));
	return text;
}

static void test_size(void)
{
	g_autofree char *large = text_of_size(COEXIST_DOCUMENT_MAX_SIZE);
	g_autofree char *too_large =
		text_of_size(COEXIST_DOCUMENT_MAX_SIZE + 1);
	g_autoptr(coexist_document) document = parse(large);
	g_autoptr(GError) error = NULL;

	g_assert_nonnull(document);
	g_assert_null(coexist_document_parse("doc", too_large,
					     strlen(too_large), &error));
	g_assert_error(error, COEXIST_DOCUMENT_ERROR,
		       COEXIST_DOCUMENT_ERROR_PARSE);
	g_assert_true(g_str_has_prefix(error->message, "doc: 65537 bytes "));
}

/* A value of 10 KB is read, and then is none: see test-value. */
static void test_long_value(void)
{
	g_autofree char *value = g_strnfill(10 * 1024, 'x');
	g_autofree char *text = g_strconcat("[policy]\ndeny_text=", value,
					    "\npop3_access=deny\n", NULL);
	g_autoptr(coexist_document) document = parse(text);

	g_assert_cmpstr(coexist_document_get(document, COEXIST_KEY_deny_text),
			==, value);
	g_assert_cmpstr(coexist_document_get(document, COEXIST_KEY_pop3_access),
			==, "deny");
}

static void test_unknown(void)
{
	g_autoptr(coexist_document) document =
		parse("[policy]\nx=1\npop3_access=deny\ndeny_text[es]=no\n"
		      "x=2\n[meta]\ny=1\n[other]\nz=1\n");
	g_autoptr(coexist_document) empty = coexist_document_new();
	const char *const *names = coexist_document_get_unknown(document);

	g_assert_cmpuint(g_strv_length((char **)names), ==, 2);
	g_assert_true(g_strv_contains(names, "x"));
	g_assert_true(g_strv_contains(names, "deny_text[es]"));
	g_assert_null(coexist_document_get_unknown(empty)[0]);
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

static void
no_unknown(void *context G_GNUC_UNUSED,
	   const struct coexist_scope *scope G_GNUC_UNUSED,
	   enum coexist_key key G_GNUC_UNUSED, const char *text G_GNUC_UNUSED)
{
	g_assert_not_reached();
}

static void test_scope(void)
{
	g_autoptr(coexist_document) document =
		parse("[policy]\npreset=safe\npop3_access=deny\n");
	struct coexist_scope scopes[2];
	struct coexist_policy policy;

	coexist_document_init_scope(NULL, "mailbox", &scopes[0]);
	coexist_document_init_scope(document, "domain", &scopes[1]);
	coexist_policy_merge(scopes, 2, no_unknown, NULL, &policy);
	g_assert_cmpstr(coexist_policy_text(&policy, COEXIST_KEY_pop3_access),
			==, "deny");
	g_assert_cmpstr(policy.entries[COEXIST_KEY_pop3_delete].scope->name,
			==, "domain");
	g_assert_cmpstr(coexist_policy_text(&policy, COEXIST_KEY_pop3_delete),
			==, "trash");
}

static void test_texts(void)
{
	g_autoptr(coexist_document) document = parse(
		"# comment\n[policy]\npop3_access=deny\nlanguage=\n"
		"deny_text=one\\ntwo\n[meta]\nby=somebody\n");
	g_autoptr(coexist_document) nothing = parse("[policy]\n");
	g_autoptr(coexist_document_texts) texts =
		coexist_document_texts_new(document);
	g_autoptr(coexist_document_texts) none =
		coexist_document_texts_new(nothing);
	g_autoptr(coexist_document_texts) empty =
		coexist_document_texts_new_empty();
	size_t size;

	/* it has not to do with the document any more */
	g_assert_true(coexist_document_set(document, "pop3_access", "allow",
					   NULL));
	g_assert_cmpstr(coexist_document_texts_get(texts,
						   COEXIST_KEY_pop3_access),
			==, "deny");
	g_assert_cmpstr(coexist_document_texts_get(texts, COEXIST_KEY_language),
			==, "");
	g_assert_cmpstr(coexist_document_texts_get(texts,
						   COEXIST_KEY_deny_text),
			==, "one\ntwo");
	g_assert_null(coexist_document_texts_get(texts,
						 COEXIST_KEY_imap_access));

	g_assert_null(coexist_document_texts_get(none,
						 COEXIST_KEY_pop3_access));
	g_assert_null(coexist_document_texts_get(empty,
						 COEXIST_KEY_pop3_access));
	size = coexist_document_texts_get_size(none);
	g_assert_cmpuint(coexist_document_texts_get_size(empty), ==, size);
	g_assert_cmpuint(coexist_document_texts_get_size(texts), ==,
			 size + strlen("deny") + 1 + 1 + strlen("one two") + 1 +
			 2 * sizeof(struct coexist_scope_entry));
	g_assert_cmpuint(size, <, 1024);
}

static void
note_unknown(void *context, const struct coexist_scope *scope,
	     enum coexist_key key, const char *text)
{
	g_string_append_printf(context, "%s: %s=%s\n", scope->name,
			       coexist_policy_keys[key].name, text);
}

/* Returns what is in force with the scope and what is wrong in it. */
static char *describe(const struct coexist_scope *scope)
{
	GString *text = g_string_new(NULL);
	struct coexist_policy policy;

	coexist_policy_merge(scope, 1, note_unknown, text, &policy);
	for (size_t i = 0; i < COEXIST_KEY_COUNT; i++) {
		const struct coexist_policy_entry *entry = &policy.entries[i];

		if (entry->scope == NULL)
			continue;
		g_string_append_printf(text, "%s=%s %" G_GUINT64_FORMAT " %s\n",
				       coexist_policy_keys[i].name, entry->text,
				       entry->value.number,
				       entry->preset == NULL ? "itself" :
				       entry->preset);
	}
	return g_string_free(text, FALSE);
}

/* What was read once for a snapshot says the same as what is read again. */
static void test_texts_scope(void)
{
	static const struct {
		const char *text, *described;
	} rows[] = {
		{ "[policy]\n", "" },
		{ "[policy]\npop3_access=deny\nlanguage=\nimap_tls=yes\n",
		  "pop3_access=deny 1 itself\n" },
		{ "[policy]\nimap_access=never\npop3_access=suspend\n",
		  "mailbox: imap_access=never\npop3_access=suspend 2 itself\n" },
		{ "[policy]\npop3_delete=shred\npop3_delete_limit=7\npreset=safe\n",
		  "mailbox: pop3_delete=shred\n"
		  "pop3_mark_read=complete 1 safe\npop3_delete=trash 2 safe\n"
		  "pop3_delete_limit=7 7 itself\npreset=safe 2 itself\n" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(coexist_document) document = parse(rows[i].text);
		g_autoptr(coexist_document_texts) texts =
			coexist_document_texts_new(document);
		g_autofree char *read = NULL, *read_before = NULL;
		struct coexist_scope scope;

		g_test_message("row %zu", i);
		coexist_document_init_scope(document, "mailbox", &scope);
		read = describe(&scope);
		g_assert_cmpstr(read, ==, rows[i].described);
		coexist_document_texts_init_scope(texts, "mailbox", &scope);
		read_before = describe(&scope);
		g_assert_cmpstr(read_before, ==, rows[i].described);
	}
}

static void test_many_unknown(void)
{
	GString *text = g_string_new("[policy]\n");
	g_autofree char *full = NULL;
	g_autoptr(coexist_document) document = NULL;
	const char *const *unknown;
	unsigned int i;

	for (i = 0; i < 2 * COEXIST_DOCUMENT_MAX_UNKNOWN; i++)
		g_string_append_printf(text, "x%u=y\n", i % 150);
	full = g_string_free(text, /* free_segment: */ FALSE);
	document = parse(full);
	unknown = coexist_document_get_unknown(document);
	g_assert_cmpuint(g_strv_length((char **)unknown), ==,
			 COEXIST_DOCUMENT_MAX_UNKNOWN);
	g_assert_cmpstr(unknown[0], ==, "x0");
	g_assert_cmpstr(unknown[COEXIST_DOCUMENT_MAX_UNKNOWN - 1], ==, "x99");
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
	g_test_add_func("/document/read", test_read);
	g_test_add_func("/document/wrong", test_wrong);
	g_test_add_func("/document/wrong-line", test_wrong_line);
	g_test_add_func("/document/size", test_size);
	g_test_add_func("/document/long-value", test_long_value);
	g_test_add_func("/document/unknown", test_unknown);
	g_test_add_func("/document/set", test_set);
	g_test_add_func("/document/set-untouched", test_set_untouched);
	g_test_add_func("/document/set-size", test_set_size);
	g_test_add_func("/document/unset", test_unset);
	g_test_add_func("/document/empty", test_empty);
	g_test_add_func("/document/round-trip", test_round_trip);
	g_test_add_func("/document/meta", test_meta);
	g_test_add_func("/document/scope", test_scope);
	g_test_add_func("/document/texts", test_texts);
	g_test_add_func("/document/texts-scope", test_texts_scope);
	g_test_add_func("/document/many-unknown", test_many_unknown);
	g_test_add_func("/document/ref", test_ref);
	return g_test_run();
}
