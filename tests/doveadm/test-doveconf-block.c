/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of doveconf-block.h: what doveconf prints, by 2.3 and by 2.4. */

#include "lib.h"
#include "doveconf-block.h"

#include <glib.h>

typedef struct {
	pool_t pool;
	const struct coexist_doveconf_block *root;
} fixture;

static void parse(fixture *f, const char *output)
{
	f->pool = pool_alloconly_create("test doveconf", 1024);
	f->root = coexist_doveconf_parse(f->pool, output);
}

static void done(fixture *f)
{
	pool_unref(&f->pool);
}

/* Returns the n-th of the block's children of this type, or NULL. */
static const struct coexist_doveconf_block *
child(const struct coexist_doveconf_block *parent, const char *type,
      unsigned int n)
{
	const struct coexist_doveconf_block *block =
		coexist_doveconf_find(parent->children, type);

	for (; n > 0 && block != NULL; n--)
		block = coexist_doveconf_find(block->next, type);
	return block;
}

#define ASSERT_SETTING(block, name, wanted) \
	g_assert_cmpstr(coexist_doveconf_get(block, name, "default"), ==, \
			wanted)

static void test_settings(void)
{
	fixture f;

	parse(&f, "# 2.3.19.1: /etc/dovecot/dovecot.conf\n"
	      "# passdb {\n"
	      "mail_plugins = \" quota coexist\"\n"
	      "  auth_mechanisms =plain login  \n"
	      "empty = \n"
	      "query = SELECT a = 'b' FROM c\n"
	      "no setting\n"
	      "\n");
	ASSERT_SETTING(f.root, "mail_plugins", "\" quota coexist\"");
	ASSERT_SETTING(f.root, "auth_mechanisms", "plain login");
	ASSERT_SETTING(f.root, "empty", "");
	ASSERT_SETTING(f.root, "query", "SELECT a = 'b' FROM c");
	ASSERT_SETTING(f.root, "no setting", "default");
	ASSERT_SETTING(f.root, "mail_plugin", "default");
	ASSERT_SETTING(f.root, "# 2.3.19.1: /etc/dovecot/dovecot.conf",
		       "default");
	g_assert_null(coexist_doveconf_get(f.root, "none", NULL));
	g_assert_cmpstr(f.root->type, ==, "");
	done(&f);
}

static void test_the_last_one_counts(void)
{
	fixture f;

	parse(&f, "skip = never\nskip = unauthenticated\n");
	ASSERT_SETTING(f.root, "skip", "unauthenticated");
	done(&f);
}

/* 2.3 names no passdb, 2.4 each; in the order in which they are asked. */
static void test_blocks(void)
{
	const struct coexist_doveconf_block *block;
	fixture f;

	parse(&f, "passdb {\n"
	      "  driver = pam\n"
	      "}\n"
	      "userdb {\n"
	      "  driver = passwd\n"
	      "}\n"
	      "passdb coexist {\n"
	      "  skip = unauthenticated\n"
	      "}\n"
	      "after = yes\n");
	block = child(f.root, "passdb", 0);
	g_assert_cmpstr(block->name, ==, "");
	ASSERT_SETTING(block, "driver", "pam");
	block = child(f.root, "passdb", 1);
	g_assert_cmpstr(block->name, ==, "coexist");
	ASSERT_SETTING(block, "skip", "unauthenticated");
	ASSERT_SETTING(block, "driver", "default");
	g_assert_true(block->parent == f.root);
	g_assert_null(child(f.root, "passdb", 2));
	g_assert_null(child(f.root, "pass", 0));
	ASSERT_SETTING(f.root, "after", "yes");
	ASSERT_SETTING(f.root, "driver", "default");
	done(&f);
}

static void test_nested_blocks(void)
{
	const struct coexist_doveconf_block *ns, *box;
	fixture f;

	parse(&f, "namespace inbox {\n"
	      "  mailbox Sent {\n"
	      "    special_use = \\Sent\n"
	      "  }\n"
	      "  mailbox \"Deleted Items\" {\n"
	      "    special_use = \\Trash\n"
	      "  }\n"
	      "  inbox = yes\n"
	      "}\n");
	ns = child(f.root, "namespace", 0);
	box = child(ns, "mailbox", 1);
	g_assert_cmpstr(box->name, ==, "\"Deleted Items\"");
	ASSERT_SETTING(box, "special_use", "\\Trash");
	ASSERT_SETTING(ns, "inbox", "yes");
	ASSERT_SETTING(ns, "special_use", "default");
	g_assert_null(child(f.root, "mailbox", 0));
	done(&f);
}

/* A value may end as a block begins, and somebody may have edited the file while
   doveconf read it. */
static void test_braces_that_do_not_match(void)
{
	fixture f;

	parse(&f, "}\n}\na = 1\nservice auth {\n  user = vmail\n");
	ASSERT_SETTING(f.root, "a", "1");
	ASSERT_SETTING(child(f.root, "service", 0), "user", "vmail");
	done(&f);
	parse(&f, "{\nb = 2\n");
	ASSERT_SETTING(child(f.root, "", 0), "b", "2");
	done(&f);
	parse(&f, "");
	g_assert_null(f.root->children);
	g_assert_null(f.root->settings);
	done(&f);
}

int main(int argc, char **argv)
{
	int ret;

	lib_init();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/doveconf/settings", test_settings);
	g_test_add_func("/doveconf/last", test_the_last_one_counts);
	g_test_add_func("/doveconf/blocks", test_blocks);
	g_test_add_func("/doveconf/nested", test_nested_blocks);
	g_test_add_func("/doveconf/braces", test_braces_that_do_not_match);
	ret = g_test_run();
	lib_deinit();
	return ret;
}
