/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of store-error.h: which errors of the store are of one kind, so that the log
   has one of them a minute. */

#include "lib.h"
#include "store-error.h"

#include <glib.h>

#define KEY "shared/coexist/mailbox/user1@example.org"

static void test_rows(void)
{
	static const struct {
		const char *label, *key, *error, *kind;
	} rows[] = {
		{ "words alone", KEY, "Connection refused",
		  "Connection refused" },
		{ "the key", KEY, "dict lookup(" KEY ") failed",
		  "dict lookup() failed" },
		{ "the key is all", KEY, KEY, "" },
		{ "the key comes first", KEY, KEY ": timeout", ": timeout" },
		{ "the key comes last", KEY, "can't read " KEY, "can't read " },
		{ "a number behind the key", KEY,
		  KEY ": timeout (reply took 1.250 secs)",
		  ": timeout (reply took . secs)" },
		{ "a number before the key", KEY,
		  "after 31 secs: lookup(" KEY ")", "after  secs: lookup()" },
		{ "a number without the key", KEY, "redis: errno 111",
		  "redis: errno " },
		{ "numbers alone", KEY, "0123456789", "" },
		{ "another key", "shared/coexist/default",
		  "lookup(shared/coexist/domain/a) failed",
		  "lookup(shared/coexist/domain/a) failed" },
		{ "the beginning of the key", KEY, "lookup(shared/coexist/)",
		  "lookup(shared/coexist/)" },
		{ "the key again", "key", "key of key", " of key" },
		{ "no words", KEY, "", "" },
		{ "bytes above ASCII", KEY, "\xd9\xa1 \xff 2", "\xd9\xa1 \xff " },
	};
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) T_BEGIN {
		g_test_message("%s", rows[i].label);
		g_assert_cmpstr(coexist_store_error_kind(rows[i].key,
							 rows[i].error), ==,
				rows[i].kind);
	} T_END;
}

/* As dict's client says it: how long it took, of whom. */
static void test_two_mailboxes(void)
{
	static const char *const errors[] = {
		"dict lookup(shared/coexist/mailbox/a1) failed: down "
		"(reply took 0.100 secs)",
		"dict lookup(shared/coexist/mailbox/b22) failed: down "
		"(reply took 12.003 secs)",
		"dict lookup(shared/coexist/mailbox/b22) failed: no such table "
		"(reply took 0.100 secs)"
	};

	T_BEGIN {
		const char *first = coexist_store_error_kind(
			"shared/coexist/mailbox/a1", errors[0]);

		g_assert_cmpstr(first, ==, coexist_store_error_kind(
			"shared/coexist/mailbox/b22", errors[1]));
		g_assert_cmpstr(first, !=, coexist_store_error_kind(
			"shared/coexist/mailbox/b22", errors[2]));
	} T_END;
}

int main(int argc, char *argv[])
{
	int ret;

	lib_init();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store-error/rows", test_rows);
	g_test_add_func("/store-error/two-mailboxes", test_two_mailboxes);
	ret = g_test_run();
	lib_deinit();
	return ret;
}
