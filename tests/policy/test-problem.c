/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an administrator is told of a name or a value that is none. */

#include "policy-key-guess.h"
#include "policy-problem.h"

#include <glib.h>

static void test_guess(void)
{
	static const struct {
		const char *name, *guess;
	} rows[] = {
		{ "coexist_pop3_access", "pop3_access" },
		{ "pop3access", "pop3_access" },
		{ "POP3_ACCESS", "pop3_access" },
		{ "pop3-access", "pop3_access" },
		{ "pop3_acces", "pop3_access" },
		{ "pop_access", "pop3_access" },
		{ "imap_untill", "imap_until" },
		{ "pop3_mark_raed", "pop3_mark_read" },
		{ "coexist_pop3_mark_raed", "pop3_mark_read" },
		{ "presets", "preset" },
		/* too short for a typo */
		{ "prese", NULL },
		{ "deny", NULL },
		{ "pop3", NULL },
		{ "access", NULL },
		{ "smtp_access", NULL },
		{ "enablepop3", NULL },
		{ "", NULL },
		{ "coexist_", NULL },
		{ "ключ", NULL },
		{ "pop3_access_pop3_access_pop3_access_pop3_access_pop3_access_"
		  "pop3_access_pop3_access", NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].name);
		g_assert_cmpstr(coexist_key_guess(rows[i].name), ==,
				rows[i].guess);
	}
}

static void test_name(void)
{
	g_autofree char *near = coexist_problem_of_name("pop3access");
	g_autofree char *far = coexist_problem_of_name("color");

	g_assert_cmpstr(near, ==, "No such key, did you mean pop3_access?");
	g_assert_cmpstr(far, ==, "No such key");
}

static void test_value(void)
{
	static const struct {
		enum coexist_key key;
		const char *text, *beginning;
	} rows[] = {
		{ COEXIST_KEY_pop3_access, "perhaps",
		  "Not a value of this key, expected one of: allow deny" },
		{ COEXIST_KEY_pop3_access, "1",
		  "Not a value of this key, expected one of: allow deny" },
		{ COEXIST_KEY_pop3_networks, "192.0.2.0/24 10.0.0.0/33",
		  "10.0.0.0/33: Not an item of this key, expected addresses" },
		{ COEXIST_KEY_pop3_networks, "192.0.2.0/24, ::1/129, x",
		  "::1/129: Not an item of this key" },
		{ COEXIST_KEY_pop3_networks, "\"192.0.2.0/24\"",
		  "Not a value of this key" },
		{ COEXIST_KEY_quota_warn, "80 101 95",
		  "101: Not an item of this key, expected percentages" },
		{ COEXIST_KEY_quota_warn_channels, "mail sms",
		  "sms: Not an item of this key, expected one of: " },
		{ COEXIST_KEY_pop3_until, "soon", "Not a value of this key" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *problem = coexist_problem_of_value(
			&coexist_policy_keys[rows[i].key], rows[i].text);

		g_test_message("%s: %s", rows[i].text, problem);
		g_assert_true(g_str_has_prefix(problem, rows[i].beginning));
	}
}

static void test_meaning(void)
{
	static const struct {
		enum coexist_key key;
		const char *text, *problem;
	} rows[] = {
		{ COEXIST_KEY_pop3_networks, "192.0.2.5/24",
		  "192.0.2.5/24: Taken as 192.0.2.0/24" },
		{ COEXIST_KEY_pop3_networks, "192.0.2.0/24", NULL },
		{ COEXIST_KEY_pop3_networks, "192.0.2.5", NULL },
		{ COEXIST_KEY_pop3_networks, "192.0.2.5/32", NULL },
		{ COEXIST_KEY_pop3_networks, "192.0.2.5/31",
		  "192.0.2.5/31: Taken as 192.0.2.4/31" },
		{ COEXIST_KEY_pop3_networks, "10.0.0.0/8, 192.0.2.128/24",
		  "192.0.2.128/24: Taken as 192.0.2.0/24" },
		{ COEXIST_KEY_pop3_networks, "192.0.2.5/0",
		  "192.0.2.5/0: Taken as 0.0.0.0/0" },
		{ COEXIST_KEY_pop3_networks, "0.0.0.0/0 ::/0", NULL },
		{ COEXIST_KEY_pop3_networks, "2001:db8::1/127",
		  "2001:db8::1/127: Taken as 2001:db8::/127" },
		{ COEXIST_KEY_pop3_networks, "2001:db8::1/128", NULL },
		{ COEXIST_KEY_pop3_networks, "x/24 /24", NULL },
		{ COEXIST_KEY_pop3_networks, "", NULL },
		{ COEXIST_KEY_deny_text, "192.0.2.5/24", NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *problem = coexist_problem_of_meaning(
			&coexist_policy_keys[rows[i].key], rows[i].text);

		g_test_message("%s", rows[i].text);
		g_assert_cmpstr(problem, ==, rows[i].problem);
	}
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/problem/guess", test_guess);
	g_test_add_func("/problem/name", test_name);
	g_test_add_func("/problem/meaning", test_meaning);
	g_test_add_func("/problem/value", test_value);
	return g_test_run();
}
