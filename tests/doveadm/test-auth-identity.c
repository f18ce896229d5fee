/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of auth-identity.h: which user the auth process runs as, by what doveconf
   prints of the settings that are not Dovecot's defaults. */

#include "lib.h"
#include "auth-identity.h"
#include "doveconf-block.h"

#include <glib.h>

static const struct row {
	const char *label;
	const char *conf;
	const char *wanted;
} rows[] = {
	{ "the default", "", "dovecot" },
	{ "another internal user", "default_internal_user = _dovecot\n",
	  "_dovecot" },
	{ "the service's own user", "service auth {\n  user = vmail\n}\n",
	  "vmail" },
	{ "root", "service auth {\n  user = root\n}\n", "root" },
	{ "an empty name is root", "service auth {\n  user =\n}\n", "root" },
	{ "a service without a user", "service auth {\n  vsz_limit = 1G\n}\n",
	  "dovecot" },
	{ "a reference to the internal user of 2.3",
	  "default_internal_user = _dovecot\n"
	  "service auth {\n  user = $default_internal_user\n}\n", "_dovecot" },
	{ "and of 2.4",
	  "service auth {\n  user = $SET:default_internal_user\n}\n",
	  "dovecot" },
	{ "workers are another service",
	  "service auth-worker {\n  user = vmail\n}\n", "dovecot" },
	{ "among other services",
	  "service anvil {\n  user = a\n}\nservice auth {\n  user = b\n}\n"
	  "service stats {\n  user = c\n}\n", "b" }
};

static void test_row(gconstpointer data)
{
	const struct row *row = data;
	pool_t pool = pool_alloconly_create("test identity", 1024);

	g_assert_cmpstr(coexist_auth_identity(
		coexist_doveconf_parse(pool, row->conf)), ==, row->wanted);
	pool_unref(&pool);
}

static bool try_nothing(void *context, const char **error_r)
{
	bool *tried = context;

	*tried = TRUE;
	*error_r = NULL;
	return TRUE;
}

static void test_nobody_is_no_user(void)
{
	const char *error = NULL;
	bool tried = FALSE;

	g_assert_false(coexist_identity_try("no such user", try_nothing,
					    &tried, &error));
	g_assert_false(tried);
	g_assert_nonnull(strstr(error, "service auth { user }"));
}

int main(int argc, char **argv)
{
	unsigned int i;
	int ret;

	lib_init();
	g_test_init(&argc, &argv, NULL);
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strconcat("/identity/",
						    rows[i].label, NULL);

		g_test_add_data_func(path, &rows[i], test_row);
	}
	g_test_add_func("/identity/nobody", test_nobody_is_no_user);
	ret = g_test_run();
	lib_deinit();
	return ret;
}
