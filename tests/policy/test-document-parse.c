/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parser of documents: the values it finds, and the errors it gives. */

#include "document-cases.h"

#include <string.h>

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

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/document/read", test_read);
	g_test_add_func("/document/wrong", test_wrong);
	g_test_add_func("/document/wrong-line", test_wrong_line);
	g_test_add_func("/document/size", test_size);
	g_test_add_func("/document/long-value", test_long_value);
	g_test_add_func("/document/unknown", test_unknown);
	g_test_add_func("/document/many-unknown", test_many_unknown);
	return g_test_run();
}
