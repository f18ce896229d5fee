/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What bounds are, and what is in them. */

#include "policy-bounds.h"

#include <glib.h>
#include <string.h>

static void test_syntax(void)
{
	static const struct {
		const char *text;
		/* NULL if it is right */
		const char *bad;
	} rows[] = {
		{ "pop3_delete=hide,trash", NULL },
		{ "pop3_delete=hide,trash pop3_keep_days=7..90", NULL },
		{ "\tpop3_keep_days=0,7..90  ", NULL },
		{ "pop3_keep_days=7..", NULL },
		{ "pop3_keep_days=..90", NULL },
		{ "pop3_keep_days=7..7", NULL },
		{ "pop3_keep_days=4294967295", NULL },
		{ "pop3_show_since=2020-01-01..", NULL },
		{ "pop3_show_since=none", NULL },
		{ "pop3_show_deleted=no", NULL },
		{ "quota_warn=50..100 quota_warn_free=1M..10G", NULL },
		{ "quota_warn_repeat=1d..4w quota_warn_channels=mail", NULL },
		{ "language=es,ca pop3_folders=INBOX,Sent,Archive/*", NULL },
		{ "pop3_keep_days=90..7", "pop3_keep_days=90..7" },
		{ "pop3_keep_days=..", "pop3_keep_days=.." },
		{ "pop3_keep_days=7...90", "pop3_keep_days=7...90" },
		{ "pop3_keep_days=7..9x", "pop3_keep_days=7..9x" },
		{ "pop3_keep_days=4294967296", "pop3_keep_days=4294967296" },
		{ "pop3_keep_days=", "pop3_keep_days=" },
		{ "pop3_keep_days=7,", "pop3_keep_days=7," },
		{ "pop3_keep_days", "pop3_keep_days" },
		{ "=7", "=7" },
		{ "pop3_keep_days = 7", "pop3_keep_days" },
		{ "pop3_delete=hide,shred", "pop3_delete=hide,shred" },
		/* never an owner's to choose */
		{ "pop3_delete=expunge", "pop3_delete=expunge" },
		{ "pop3_delete=a..b", "pop3_delete=a..b" },
		{ "pop3_show=all pop3_access=allow", "pop3_access=allow" },
		{ "preset=safe", "preset=safe" },
		{ "nosuch=1", "nosuch=1" },
		{ "pop3_folders=\"INBOX\"", "pop3_folders=\"INBOX\"" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *item = "";
		size_t length = 0;

		g_test_message("%s", rows[i].text);
		g_assert_cmpint(coexist_bounds_check(rows[i].text), ==,
				rows[i].bad == NULL);
		g_assert_cmpint(coexist_bounds_find_bad(rows[i].text, &item,
							&length), ==,
				rows[i].bad != NULL);
		if (rows[i].bad != NULL) {
			g_autofree char *bad = g_strndup(item, length);

			g_assert_cmpstr(bad, ==, rows[i].bad);
		}
	}
	/* no item is wrong by itself */
	g_assert_false(coexist_bounds_check("pop3_show=all pop3_show=all"));
}

static void test_allow(void)
{
	static const struct {
		enum coexist_key key;
		const char *bounds, *value;
		bool allowed;
	} rows[] = {
		{ COEXIST_KEY_pop3_delete, "hide,trash", "hide", true },
		{ COEXIST_KEY_pop3_delete, "hide,trash", " TRASH ", true },
		{ COEXIST_KEY_pop3_delete, "hide,trash", "archive", false },
		{ COEXIST_KEY_pop3_delete, "hide,trash", "hid", false },
		{ COEXIST_KEY_pop3_keep_days, "7..90", "6", false },
		{ COEXIST_KEY_pop3_keep_days, "7..90", "7", true },
		{ COEXIST_KEY_pop3_keep_days, "7..90", "007", true },
		{ COEXIST_KEY_pop3_keep_days, "7..90", "90", true },
		{ COEXIST_KEY_pop3_keep_days, "7..90", "91", false },
		{ COEXIST_KEY_pop3_keep_days, "7..90", "0", false },
		{ COEXIST_KEY_pop3_keep_days, "0,7..90", "0", true },
		{ COEXIST_KEY_pop3_keep_days, "0,7..90", "1", false },
		{ COEXIST_KEY_pop3_keep_days, "7..", "4294967295", true },
		{ COEXIST_KEY_pop3_keep_days, "..7", "8", false },
		{ COEXIST_KEY_pop3_show_since, "2020-01-01..", "2019-12-31",
		  false },
		{ COEXIST_KEY_pop3_show_since, "2020-01-01..", "2020-01-01",
		  true },
		{ COEXIST_KEY_pop3_show_since, "2020-01-01..", "none", false },
		{ COEXIST_KEY_pop3_show_since, "none,2020-01-01..", "None",
		  true },
		{ COEXIST_KEY_pop3_show_deleted, "no", "0", true },
		{ COEXIST_KEY_pop3_show_deleted, "no", "true", false },
		{ COEXIST_KEY_quota_warn, "50..100", "50 80% 95", true },
		{ COEXIST_KEY_quota_warn, "50..100", "80 49", false },
		{ COEXIST_KEY_quota_warn_free, "1M..1G", "1024K, 1G", true },
		{ COEXIST_KEY_quota_warn_free, "1M..1G", "1023K", false },
		{ COEXIST_KEY_quota_warn_repeat, "1d..2w", "24 hours", true },
		{ COEXIST_KEY_quota_warn_repeat, "1d..2w", "15d", false },
		{ COEXIST_KEY_quota_warn_repeat, "0,1d..2w", "0", true },
		{ COEXIST_KEY_quota_warn_channels, "mail,alert", "alert mail",
		  true },
		{ COEXIST_KEY_quota_warn_channels, "mail,alert", "event",
		  false },
		{ COEXIST_KEY_language, "es,pt-BR", "pt-br", true },
		{ COEXIST_KEY_language, "es,pt-BR", "pt", false },
		{ COEXIST_KEY_pop3_folders, "INBOX,Sent", "INBOX \"Sent\"",
		  true },
		{ COEXIST_KEY_pop3_folders, "INBOX,Sent", "INBOX Drafts",
		  false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s in %s", rows[i].value, rows[i].bounds);
		g_assert_cmpint(coexist_bounds_allow(rows[i].key,
						     rows[i].bounds,
						     strlen(rows[i].bounds),
						     rows[i].value), ==,
				rows[i].allowed);
	}
}

static void test_find(void)
{
	const char *text = "pop3_show=all pop3_show_days=1..7 pop3_delete=hide";
	const char *bounds;
	size_t length;

	g_assert_true(coexist_bounds_find(text, COEXIST_KEY_pop3_show_days,
					  &bounds, &length));
	g_assert_cmpuint(length, ==, strlen("1..7"));
	g_assert_true(strncmp(bounds, "1..7", length) == 0);
	g_assert_false(coexist_bounds_find(text, COEXIST_KEY_language, &bounds,
					   &length));
	g_assert_false(coexist_bounds_find("", COEXIST_KEY_language, &bounds,
					   &length));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/bounds/syntax", test_syntax);
	g_test_add_func("/bounds/allow", test_allow);
	g_test_add_func("/bounds/find", test_find);
	return g_test_run();
}
