/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands in the place of a refusal's placeholders. */

#include "refusal-placeholder.h"

#include <glib.h>
#include <string.h>

static const struct coexist_refusal_values values = {
	.protocol = "POP3", .seconds = "60"
};

static const struct {
	const char *text, *expanded;
	/* what of the text is the first unknown one, or NULL */
	const char *unknown;
} rows[] = {
	{ "", "", NULL },
	{ "None.", "None.", NULL },
	{ "{protocol}", "POP3", NULL },
	{ "Wait {seconds} s.", "Wait 60 s.", NULL },
	{ "{protocol}{seconds}{protocol}", "POP360POP3", NULL },
	/* a value that is not known */
	{ "Since {date}.", "Since ?.", NULL },
	/* no placeholders */
	{ "{user} and {protocol}", "{user} and POP3", "{user} and {protocol}" },
	{ "{protocol} and {user}", "POP3 and {user}", "{user}" },
	{ "{Protocol}", "{Protocol}", "{Protocol}" },
	{ "{}", "{}", "{}" },
	{ "{ protocol}", "{ protocol}", "{ protocol}" },
	{ "{{protocol}}", "{POP3}", "{{protocol}}" },
	/* braces that are no pair */
	{ "{protocol", "{protocol", NULL },
	{ "{", "{", NULL },
	{ "}{", "}{", NULL },
	{ "a { b", "a { b", NULL },
	{ "{protocol} {", "POP3 {", NULL },
};

static void test_expand(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *unknown =
			coexist_refusal_placeholders_unknown(rows[i].text);
		char buffer[64];

		g_test_message("%s", rows[i].text);
		g_assert_cmpuint(coexist_refusal_placeholders_expand(
			rows[i].text, &values, buffer, sizeof(buffer)), ==,
			strlen(rows[i].expanded));
		g_assert_cmpstr(buffer, ==, rows[i].expanded);
		g_assert_cmpstr(unknown, ==, rows[i].unknown);
	}
}

/* Whatever the size, nothing is written behind it. */
static void test_size(void)
{
	static const char text[] = "<{protocol}> {seconds}!";
	static const char expanded[] = "<POP3> 60!";

	for (size_t size = 0; size <= sizeof(expanded) + 1; size++) {
		size_t fits = MIN(size, sizeof(expanded));
		char buffer[sizeof(expanded) + 2];

		memset(buffer, 'x', sizeof(buffer));
		g_assert_cmpuint(coexist_refusal_placeholders_expand(
			text, &values, buffer, size), ==, strlen(expanded));
		if (size > 0) {
			g_assert_cmpmem(buffer, fits - 1, expanded, fits - 1);
			g_assert_cmpint(buffer[fits - 1], ==, '\0');
		}
		for (size_t i = fits; i < sizeof(buffer); i++)
			g_assert_cmpint(buffer[i], ==, 'x');
	}
	g_assert_cmpuint(coexist_refusal_placeholders_expand(
		text, &values, NULL, 0), ==, strlen(expanded));
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/refusal-placeholder/expand", test_expand);
	g_test_add_func("/refusal-placeholder/size", test_size);
	return g_test_run();
}
