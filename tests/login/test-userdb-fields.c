/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of userdb-fields.h: what an administrator's userdb says of the policy. */

#include "lib.h"
#include "userdb-fields.h"
#include "compat-userdb.h"

#include <stdio.h>

static unsigned int failed;

static void expect(bool good, const char *label)
{
	if (good)
		return;
	printf("FAIL %s\n", label);
	failed++;
}

static bool is_text(const char *text, const char *wanted)
{
	return null_strcmp(text, wanted) == 0;
}

/* As columns and files have it. */
static void test_a_value(void)
{
	static const struct {
		const char *value, *text;
	} rows[] = {
		{ "80 95", "80 95" },
		{ "quit    ", "quit" },
		{ "  \tquit\t", "quit" },
		{ "   ", "" },
		{ "", "" },
		{ "80"COEXIST_USERDB_PERCENT" 95"COEXIST_USERDB_PERCENT,
		  "80% 95%" },
		{ "a % b%", "a % b%" },
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(rows); i++) {
		expect(is_text(coexist_userdb_value(pool_datastack_create(),
						    rows[i].value),
			       rows[i].text), rows[i].value);
	}
}

static void test_keys(void)
{
	static const struct {
		const char *label, *fields[4], *mark_read, *unknown;
	} rows[] = {
		{ "none", { NULL }, NULL, NULL },
		{ "of others", { "home=/x", "pop3_mark_read=never", NULL },
		  NULL, NULL },
		{ "a key", { "home=/x", "coexist_pop3_mark_read=never", NULL },
		  "never", NULL },
		{ "the last counts", { "coexist_pop3_mark_read=never",
				       "coexist_pop3_mark_read=quit", NULL },
		  "quit", NULL },
		{ "blanks", { "coexist_pop3_mark_read=  quit ", NULL },
		  "quit", NULL },
		{ "empty", { "coexist_pop3_mark_read=", NULL }, "", NULL },
		{ "without a value", { "coexist_pop3_mark_read", NULL },
		  "yes", NULL },
		{ "a typo", { "coexist_pop3_mark_raed=never", NULL },
		  NULL, "pop3_mark_raed" },
		{ "no name", { "coexist_=never", NULL }, NULL, "" },
		{ "a longer name", { "coexist_pop3_mark_reads=never", NULL },
		  NULL, "pop3_mark_reads" },
		{ "the hand-over is no key",
		  { "coexist_gate=passed;pop3_mark_read=never",
		    "coexist_policy=;pop3_mark_read=never", NULL },
		  NULL, NULL },
	};
	const char *texts[COEXIST_KEY_COUNT];
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(rows); i++) {
		const char *const *unknown =
			coexist_userdb_fields_read(pool_datastack_create(),
						   rows[i].fields, texts);

		expect(is_text(texts[COEXIST_KEY_pop3_mark_read],
			       rows[i].mark_read) &&
		       is_text(unknown[0], rows[i].unknown), rows[i].label);
	}
	expect(*coexist_userdb_fields_read(pool_datastack_create(), NULL,
					   texts) == NULL, "NULL");
}

static void test_find(void)
{
	static const char *const fields[] = {
		"home=/x", "coexist_a=1", "coexist_ab=2", "coexist_c", "d", NULL
	};

	expect(is_text(coexist_userdb_fields_find(fields, "home"), "/x") &&
	       is_text(coexist_userdb_fields_find(fields, "d"), "") &&
	       coexist_userdb_fields_find(fields, "hom") == NULL &&
	       coexist_userdb_fields_find(fields, "homes") == NULL &&
	       coexist_userdb_fields_find(NULL, "home") == NULL, "by name");
	expect(is_text(coexist_userdb_fields_get(fields, "a"), "1") &&
	       is_text(coexist_userdb_fields_get(fields, "ab"), "2") &&
	       is_text(coexist_userdb_fields_get(fields, "c"), "") &&
	       coexist_userdb_fields_get(fields, "home") == NULL &&
	       coexist_userdb_fields_get(NULL, "a") == NULL, "ours by name");
}

static void test_any(void)
{
	static const struct {
		const char *label, *fields[3];
		bool any;
	} rows[] = {
		{ "none", { NULL }, FALSE },
		{ "of others", { "home=/x", "coexist", NULL }, FALSE },
		{ "a key", { "home=/x", "coexist_pop3_access=deny", NULL }, TRUE },
		{ "without a value", { "coexist_pop3_access", NULL }, TRUE },
		{ "a typo", { "coexist_pop3_acess=deny", NULL }, TRUE },
		{ "the hand-over alone", { "coexist_gate=passed",
					   "coexist_policy=;a=b", NULL }, FALSE },
		{ "and a key behind it", { "coexist_gate=passed",
					   "coexist_language=es", NULL }, TRUE },
		{ "what begins like the hand-over",
		  { "coexist_gates=passed", NULL }, TRUE },
		{ "the carrier", { "admin=no coexist_gate=passed", NULL }, FALSE },
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(rows); i++) {
		expect(coexist_userdb_fields_have_any(rows[i].fields) ==
		       rows[i].any, rows[i].label);
	}
	expect(!coexist_userdb_fields_have_any(NULL), "NULL");
}

int main(void)
{
	lib_init();
	T_BEGIN {
		test_a_value();
		test_keys();
		test_find();
		test_any();
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
