/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of lost-documents.h: what is a loss, since when, and how many are remembered. */

#include "lib.h"
#include "lost-documents.h"

#include <glib.h>

#define KEY "shared/coexist/default"
#define OLD "2026-04-01T00:00:00Z"
#define NEW "2026-05-01T00:00:00Z"

static const struct {
	const char *label, *before, *now;
	bool is_lost;
} rows[] = {
	{ "as it was", OLD, OLD, FALSE },
	{ "a newer one", OLD, NEW, FALSE },
	{ "an older one", NEW, OLD, TRUE },
	{ "gone", OLD, "none", TRUE },
	{ "gone, of which nobody knew how old it was", "unknown", "none", TRUE },
	{ "the first", "none", OLD, FALSE },
	{ "none, as before", "none", "none", FALSE },
	{ "nobody knows any more", NEW, "unknown", FALSE },
	{ "nobody knew", "unknown", OLD, FALSE },
	{ "no time", "yesterday", OLD, FALSE }
};

static void test_rows(void)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(rows); i++) {
		struct coexist_lost_documents *lost =
			coexist_lost_documents_new();

		coexist_lost_documents_note(lost, KEY, rows[i].before,
					    rows[i].now, 100);
		g_test_message("%s", rows[i].label);
		g_assert_cmpstr(coexist_lost_documents_find(lost, KEY, 100), ==,
				rows[i].is_lost ? rows[i].before : NULL);
		coexist_lost_documents_free(lost);
	}
}

static void test_since(void)
{
	struct coexist_lost_documents *lost = coexist_lost_documents_new();

	coexist_lost_documents_note(lost, KEY, NEW, "none", 100);
	g_assert_cmpstr(coexist_lost_documents_find(lost, KEY, 100), ==, NEW);
	g_assert_null(coexist_lost_documents_find(lost, KEY, 101));
	g_assert_null(coexist_lost_documents_find(lost, "shared/coexist/x", 0));
	coexist_lost_documents_free(lost);
}

/* What is lost is told from what it was before the first loss. */
static void test_back(void)
{
	struct coexist_lost_documents *lost = coexist_lost_documents_new();

	coexist_lost_documents_note(lost, KEY, NEW, "none", 100);
	coexist_lost_documents_note(lost, KEY, "none", OLD, 110);
	g_assert_cmpstr(coexist_lost_documents_find(lost, KEY, 0), ==, NEW);
	coexist_lost_documents_note(lost, KEY, OLD, NEW, 120);
	g_assert_null(coexist_lost_documents_find(lost, KEY, 0));
	coexist_lost_documents_note(lost, KEY, NEW, OLD, 130);
	coexist_lost_documents_clear(lost);
	g_assert_null(coexist_lost_documents_find(lost, KEY, 0));
	coexist_lost_documents_free(lost);
	coexist_lost_documents_free(NULL);
}

static void test_many(void)
{
	struct coexist_lost_documents *lost = coexist_lost_documents_new();
	unsigned int i;

	for (i = 0; i < 100; i++) {
		g_autofree char *key = g_strdup_printf("%u", i);

		coexist_lost_documents_note(lost, key, NEW, "none", i);
	}
	g_assert_null(coexist_lost_documents_find(lost, "35", 0));
	g_assert_cmpstr(coexist_lost_documents_find(lost, "36", 0), ==, NEW);
	g_assert_cmpstr(coexist_lost_documents_find(lost, "99", 0), ==, NEW);
	coexist_lost_documents_free(lost);
}

int main(int argc, char *argv[])
{
	int ret;

	g_test_init(&argc, &argv, NULL);
	lib_init();
	g_test_add_func("/lost-documents/rows", test_rows);
	g_test_add_func("/lost-documents/since", test_since);
	g_test_add_func("/lost-documents/back", test_back);
	g_test_add_func("/lost-documents/many", test_many);
	ret = g_test_run();
	lib_deinit();
	return ret;
}
