/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of saved-rights.h: root is root again, with all groups. */

#include "lib.h"
#include "saved-rights.h"

#include <glib.h>
#include <grp.h>
#include <unistd.h>

#define NOBODY 65534
/* More than a user has, and fewer than a system allows. */
#define GROUPS 300

static void groups_set(void)
{
	gid_t groups[GROUPS];
	unsigned int i;

	for (i = 0; i < GROUPS; i++)
		groups[i] = 1000 + i;
	g_assert_cmpint(setgroups(GROUPS, groups), ==, 0);
}

static void test_root(void)
{
	struct coexist_saved_rights before, after;

	if (geteuid() != 0) {
		g_test_skip("only root can be somebody else");
		return;
	}
	groups_set();
	g_assert_cmpint(setegid(4), ==, 0);
	g_assert_cmpint(coexist_rights_save(&before), ==, 0);
	g_assert_cmpuint(before.group_count, ==, GROUPS);

	/* as Dovecot becomes the owner of a mailbox */
	g_assert_cmpint(setgroups(0, NULL), ==, 0);
	g_assert_cmpint(setgid(NOBODY), ==, 0);
	g_assert_cmpint(seteuid(NOBODY), ==, 0);
	g_assert_cmpint(coexist_rights_restore(&before), ==, 0);

	g_assert_cmpint(coexist_rights_save(&after), ==, 0);
	g_assert_cmpuint(after.euid, ==, 0);
	g_assert_cmpuint(after.gid, ==, before.gid);
	g_assert_cmpuint(after.egid, ==, 4);
	g_assert_cmpmem(after.groups, after.group_count * sizeof(gid_t),
			before.groups, before.group_count * sizeof(gid_t));
}

/* Who was not root keeps what there is, and that is no error. */
static void test_nobody(void)
{
	struct coexist_saved_rights rights;
	int count;

	if (geteuid() == 0)
		groups_set();
	g_assert_cmpint(coexist_rights_save(&rights), ==, 0);
	count = (int)rights.group_count;
	rights.euid = NOBODY;
	rights.group_count = 0;
	g_assert_cmpint(coexist_rights_restore(&rights), ==, 0);
	g_assert_cmpint(getgroups(0, NULL), ==, count);
}

int main(int argc, char **argv)
{
	int ret;

	lib_init();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rights/root", test_root);
	g_test_add_func("/rights/nobody", test_nobody);
	ret = g_test_run();
	lib_deinit();
	return ret;
}
