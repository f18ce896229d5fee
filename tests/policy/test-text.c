/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text format of export and import, line by line. */

#include "policy-text.h"

#include <glib.h>

static void test_lines(void)
{
	static const struct {
		const char *line;
		enum coexist_text_kind kind;
		const char *name, *value;
	} rows[] = {
		{ "", COEXIST_TEXT_NOTHING, "", NULL },
		{ " \t", COEXIST_TEXT_NOTHING, "", NULL },
		{ "# pop3_access=deny", COEXIST_TEXT_NOTHING, "", NULL },
		{ " #", COEXIST_TEXT_NOTHING, "", NULL },
		{ "[default]", COEXIST_TEXT_DEFAULT, "", NULL },
		{ " [ default ]\r", COEXIST_TEXT_DEFAULT, "", NULL },
		{ "[domain example.org]", COEXIST_TEXT_DOMAIN, "example.org",
		  NULL },
		{ "[mailbox jo@example.org]", COEXIST_TEXT_MAILBOX,
		  "jo@example.org", NULL },
		{ "[mailbox  jo ann ]", COEXIST_TEXT_MAILBOX, "jo ann", NULL },
		{ "[mailbox a]b]", COEXIST_TEXT_MAILBOX, "a]b", NULL },
		{ "[mailbox a\\\\b]", COEXIST_TEXT_MAILBOX, "a\\b", NULL },
		{ "[mailbox a\\s]", COEXIST_TEXT_MAILBOX, "a ", NULL },
		{ "pop3_access=deny", COEXIST_TEXT_VALUE, "pop3_access",
		  "deny" },
		{ " pop3_access = deny \r", COEXIST_TEXT_VALUE, "pop3_access",
		  "deny" },
		{ "deny_text=a=b", COEXIST_TEXT_VALUE, "deny_text", "a=b" },
		{ "deny_text=a\\nb\\t\\r\\s\\\\", COEXIST_TEXT_VALUE,
		  "deny_text", "a\nb\t\r \\" },
		{ "deny_text=", COEXIST_TEXT_VALUE, "deny_text", "" },
		{ "=", COEXIST_TEXT_VALUE, "", "" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *line = g_strdup(rows[i].line);
		struct coexist_text_line got;
		const char *error = NULL;

		g_test_message("%s", rows[i].line);
		g_assert_true(coexist_text_line_parse(line, &got, &error));
		g_assert_cmpint(got.kind, ==, rows[i].kind);
		g_assert_cmpstr(got.name, ==, rows[i].name);
		g_assert_cmpstr(got.value, ==, rows[i].value);
	}
}

static void test_wrong_lines(void)
{
	static const struct {
		const char *line, *error;
	} rows[] = {
		{ "[", "Expected [default]" },
		{ "[]", "Expected [default]" },
		{ "[mailbox]", "Expected [default]" },
		{ "[mailbox ]", "Expected [default]" },
		{ "[mailbox jo", "Expected [default]" },
		{ "[user jo]", "Expected [default]" },
		{ "[mailbox jo\\x]", "Expected [default]" },
		{ "[default] pop3_access=deny", "Expected [default]" },
		{ "pop3_access", "Expected KEY=VALUE" },
		{ "deny_text=C:\\x", "A backslash" },
		{ "deny_text=\\", "A backslash" },
		{ "deny_text=\xff", "Not UTF-8" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *line = g_strdup(rows[i].line);
		struct coexist_text_line got;
		const char *error = NULL;

		g_test_message("%s", rows[i].line);
		g_assert_false(coexist_text_line_parse(line, &got, &error));
		g_assert_true(g_str_has_prefix(error, rows[i].error));
	}
}

static void test_there_and_back(void)
{
	static const char *const texts[] = {
		"", "a", " ", "  ", " a b ", "\\", "\\n", "a\nb", "\t\r\n", "ä]=#",
		"a  b", "\n "
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *escaped = coexist_text_escape(texts[i]);
		g_autofree char *line = g_strconcat("k=", escaped, NULL);
		struct coexist_text_line got;
		const char *error = NULL;

		g_test_message("%s", escaped);
		g_assert_true(coexist_text_line_parse(line, &got, &error));
		g_assert_cmpstr(got.value, ==, texts[i]);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/text/lines", test_lines);
	g_test_add_func("/text/wrong-lines", test_wrong_lines);
	g_test_add_func("/text/there-and-back", test_there_and_back);
	return g_test_run();
}
