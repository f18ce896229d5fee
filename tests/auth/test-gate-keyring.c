/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of gate-keyring.h: when keys are read again, and what that changes. */

#include "lib.h"
#include "gate-keyring.h"
#include "document-cache.h"
#include "site-config.h"

#include <glib/gstdio.h>

/* RFC 8032 section 7.1, tests 1 and 2 */
#define KEY "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
#define OTHER "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0ZgI=\n"

static char *path;
static struct coexist_site_config config;

/* NULL removes the file. */
static void write_keys(const char *text)
{
	if (text == NULL)
		(void)g_remove(path);
	else
		g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void test_rows(void)
{
	static const struct {
		const char *name, *text;
		enum coexist_gate_keyring_change change;
		const char *error;
	} rows[] = {
		{ "nothing changed", KEY, COEXIST_GATE_KEYRING_SAME, NULL },
		{ "the same key", "# again\n"KEY, COEXIST_GATE_KEYRING_SAME,
		  NULL },
		{ "one more", KEY OTHER, COEXIST_GATE_KEYRING_OTHERS, NULL },
		{ "garbage", "x\n", COEXIST_GATE_KEYRING_LOST,
		  "line 1: Not a public key" },
		{ "still", "x\n", COEXIST_GATE_KEYRING_SAME,
		  "line 1: Not a public key" },
		{ "gone", NULL, COEXIST_GATE_KEYRING_SAME, "does not exist" },
		/* what those signed is known, and true again */
		{ "back", KEY OTHER, COEXIST_GATE_KEYRING_SAME, NULL },
		{ "empty", "", COEXIST_GATE_KEYRING_LOST, "No public key" },
		{ "another", OTHER, COEXIST_GATE_KEYRING_OTHERS, NULL },
	};
	struct coexist_gate_keyring *keyring;
	const char *error;
	time_t now = 1000;
	unsigned int i;

	write_keys(KEY);
	keyring = coexist_gate_keyring_new(&config, &error);
	g_assert_nonnull(keyring);
	g_assert_null(error);
	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].name);
		write_keys(rows[i].text);
		now += COEXIST_DOCUMENT_ANSWER_SECS;
		g_assert_cmpint(coexist_gate_keyring_refresh(keyring, now,
							     &error), ==,
				rows[i].change);
		g_assert_cmpint(error == NULL, ==, rows[i].error == NULL);
		if (error != NULL) {
			g_assert_nonnull(strstr(error, rows[i].error));
			g_assert_nonnull(strstr(error, path));
		}
	}
	coexist_gate_keyring_free(keyring);
}

static void test_not_for_each_login(void)
{
	struct coexist_gate_keyring *keyring;
	const char *error;

	write_keys(KEY);
	keyring = coexist_gate_keyring_new(&config, &error);
	(void)coexist_gate_keyring_refresh(keyring, 1000, &error);
	write_keys("x\n");
	g_assert_cmpint(coexist_gate_keyring_refresh(
		keyring, 999 + COEXIST_DOCUMENT_ANSWER_SECS, &error), ==,
		COEXIST_GATE_KEYRING_SAME);
	g_assert_null(error);
	/* the clock was put back */
	g_assert_cmpint(coexist_gate_keyring_refresh(keyring, 10, &error), ==,
			COEXIST_GATE_KEYRING_LOST);
	coexist_gate_keyring_free(keyring);
}

static void test_of_no_use_from_the_beginning(void)
{
	struct coexist_gate_keyring *keyring;
	const char *error;

	write_keys(NULL);
	keyring = coexist_gate_keyring_new(&config, &error);
	g_assert_nonnull(keyring);
	g_assert_nonnull(strstr(error, "does not exist"));
	write_keys(KEY);
	g_assert_cmpint(coexist_gate_keyring_refresh(keyring, 1000, &error),
			==, COEXIST_GATE_KEYRING_OTHERS);
	g_assert_null(error);
	coexist_gate_keyring_free(keyring);
}

static void test_no_signatures(void)
{
	struct coexist_site_config none = config;
	const char *error;

	none.texts[COEXIST_SITE_policy_public_keys] = "";
	g_assert_null(coexist_gate_keyring_new(&none, &error));
	g_assert_null(error);
	coexist_gate_keyring_free(NULL);
}

int main(int argc, char *argv[])
{
	g_autofree char *folder = NULL;
	int status;

	lib_init();
	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("coexist-test-XXXXXX", NULL);
	g_assert_nonnull(folder);
	path = g_build_filename(folder, "panel.pub", NULL);
	config.texts[COEXIST_SITE_policy_public_keys] = path;
	g_test_add_func("/gate-keyring/rows", test_rows);
	g_test_add_func("/gate-keyring/not-for-each-login",
			test_not_for_each_login);
	g_test_add_func("/gate-keyring/of-no-use-from-the-beginning",
			test_of_no_use_from_the_beginning);
	g_test_add_func("/gate-keyring/no-signatures", test_no_signatures);
	status = g_test_run();
	(void)g_remove(path);
	g_assert_cmpint(g_rmdir(folder), ==, 0);
	g_free(path);
	return status;
}
