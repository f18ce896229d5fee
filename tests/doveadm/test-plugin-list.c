/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of plugin-list.h: which plugins are enabled, by what doveconf prints. */

#include "lib.h"
#include "plugin-list.h"
#include "doveconf-block.h"
#include "strfuncs.h"

#include <glib.h>

static const struct row {
	const char *label;
	/* of the protocol imap */
	const char *printed;
	/* with blanks between them */
	const char *wanted;
} rows[] = {
	{ "nothing", "", "" },
	{ "no names", "mail_plugins = \n", "" },
	{ "names", "mail_plugins = quota coexist\n", "quota coexist" },
	{ "more blanks, in quotes", "mail_plugins = \" quota   coexist \"\n",
	  "quota coexist" },
	{ "commas", "mail_plugins = quota, coexist,acl\n", "quota coexist acl" },
	{ "a name twice", "mail_plugins = coexist quota coexist\n",
	  "quota coexist" },
	{ "a block", "mail_plugins {\n  coexist = yes\n}\n", "coexist" },
	{ "an empty block", "mail_plugins {\n}\n", "" },
	{ "what is not enabled", "mail_plugins {\n  coexist = no\n"
	  "  quota = yes\n}\n", "quota" },
	{ "a protocol's names replace those of all",
	  "mail_plugins = coexist\nprotocol imap {\n"
	  "  mail_plugins = quota\n}\n", "quota" },
	{ "also if there are none",
	  "mail_plugins = coexist\nprotocol imap {\n"
	  "  mail_plugins = \n}\n", "" },
	{ "also if those are a block",
	  "mail_plugins {\n  coexist = yes\n}\nprotocol imap {\n"
	  "  mail_plugins = quota\n}\n", "quota" },
	{ "a protocol's block adds to those of all",
	  "mail_plugins {\n  coexist = yes\n}\nprotocol imap {\n"
	  "  mail_plugins {\n    quota = yes\n  }\n}\n", "coexist quota" },
	{ "and takes some away",
	  "mail_plugins = coexist quota\nprotocol imap {\n"
	  "  mail_plugins {\n    coexist = no\n  }\n}\n", "quota" },
	{ "another protocol's", "mail_plugins = coexist\nprotocol pop3 {\n"
	  "  mail_plugins = quota\n}\n", "coexist" },
	{ "all protocols' but another", "mail_plugins = coexist\n"
	  "protocol !pop3 {\n  mail_plugins {\n    acl = yes\n  }\n}\n",
	  "coexist acl" },
	{ "all protocols' but this one", "mail_plugins = coexist\n"
	  "protocol !imap {\n  mail_plugins {\n    acl = yes\n  }\n}\n",
	  "coexist" },
	{ "those of a client's address are not known",
	  "mail_plugins = coexist\nremote 192.0.2.1 {\n  protocol imap {\n"
	  "    mail_plugins = quota\n  }\n}\n", "coexist" },
	{ "a name that begins like another", "mail_plugins {\n"
	  "  pop3_coexist = yes\n  coexist = no\n}\n", "pop3_coexist" }
};

static void test_row(gconstpointer data)
{
	const struct row *row = data;
	pool_t pool = pool_alloconly_create("test plugin list", 1024);
	const struct coexist_doveconf_block *conf =
		coexist_doveconf_parse(pool, row->printed);

	T_BEGIN {
		g_assert_cmpstr(t_strarray_join(
			coexist_plugin_list_get(conf, "imap"), " "), ==,
			row->wanted);
	} T_END;
	pool_unref(&pool);
}

int main(int argc, char **argv)
{
	unsigned int i;
	int ret;

	lib_init();
	g_test_init(&argc, &argv, NULL);
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strconcat("/plugin-list/",
						    rows[i].label, NULL);

		g_test_add_data_func(path, &rows[i], test_row);
	}
	ret = g_test_run();
	lib_deinit();
	return ret;
}
