/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of user-hooks.h: which hooks a user has, and in which order, by what was
   added. */

#include "lib.h"
#include "user-hooks.h"
#include "array.h"
#include "mail-storage-hooks.h"
#include "mail-user.h"

#include <glib.h>

#define MODULE COEXIST_HOOKS_MODULE
#define GUARD COEXIST_HOOKS_GUARD
#define JOURNAL COEXIST_HOOKS_JOURNAL
#define QUOTA COEXIST_HOOKS_QUOTA
#define REFUSAL COEXIST_HOOKS_POP3_REFUSAL
#define DELAY COEXIST_HOOKS_POP3_LOGIN_DELAY
/* those of other plugins */
#define BEFORE COEXIST_HOOKS_COUNT
#define BEHIND (COEXIST_HOOKS_COUNT + 1)
#define ALL (COEXIST_HOOKS_COUNT + 2)
#define END (-1)

static const struct mail_storage_hooks structs[ALL];
static const struct mail_storage_hooks *parts[COEXIST_HOOKS_COUNT];

static const struct row {
	const char *label;
	int had[5], added[6], wanted[8];
} rows[] = {
	{ "nothing", { MODULE, END }, { END }, { MODULE, END } },
	{ "one", { MODULE, END }, { JOURNAL, END }, { MODULE, JOURNAL, END } },
	{ "among other plugins", { BEFORE, MODULE, BEHIND, END },
	  { JOURNAL, END }, { BEFORE, MODULE, JOURNAL, BEHIND, END } },
	{ "in their order", { BEFORE, MODULE, BEHIND, END },
	  { GUARD, JOURNAL, QUOTA, DELAY, END },
	  { BEFORE, MODULE, GUARD, JOURNAL, QUOTA, DELAY, BEHIND, END } },
	{ "in another order", { BEFORE, MODULE, BEHIND, END },
	  { DELAY, QUOTA, GUARD, JOURNAL, END },
	  { BEFORE, MODULE, GUARD, JOURNAL, QUOTA, DELAY, BEHIND, END } },
	{ "one that comes late", { MODULE, BEHIND, END },
	  { QUOTA, DELAY, REFUSAL, END },
	  { MODULE, QUOTA, REFUSAL, DELAY, BEHIND, END } },
	{ "one twice", { MODULE, BEHIND, END },
	  { QUOTA, DELAY, QUOTA, END },
	  { MODULE, QUOTA, DELAY, BEHIND, END } },
	{ "a user without the plugin", { BEFORE, BEHIND, END },
	  { JOURNAL, END }, { BEFORE, BEHIND, END } }
};

/* Dovecot's */
static const struct mail_storage_hooks *known;

void mail_storage_hooks_add(struct module *module ATTR_UNUSED,
			    const struct mail_storage_hooks *hooks)
{
	known = hooks;
}

void mail_storage_hooks_remove(const struct mail_storage_hooks *hooks)
{
	g_assert_true(known == hooks);
	known = NULL;
}

static void check_row(const struct row *row, bool at_once)
{
	pool_t pool = pool_alloconly_create("test hooks", 1024);
	struct mail_user *user = p_new(pool, struct mail_user, 1);
	const struct mail_storage_hooks *hooks;
	const void *before;
	unsigned int i;

	user->pool = pool;
	p_array_init(&user->hooks, pool, 1);
	for (i = 0; row->had[i] != END; i++) {
		hooks = &structs[row->had[i]];
		array_push_back(&user->hooks, &hooks);
	}
	before = array_front(&user->hooks);
	if (at_once)
		coexist_user_hooks_begin(user);
	for (i = 0; row->added[i] != END; i++)
		coexist_user_hooks_add(user, row->added[i]);
	if (at_once) {
		g_assert_true(array_front(&user->hooks) == before);
		coexist_user_hooks_commit(user);
	}

	for (i = 0; row->wanted[i] != END; i++) {
		g_assert_cmpuint(i, <, array_count(&user->hooks));
		hooks = array_idx_elem(&user->hooks, i);
		g_assert_cmpint(hooks - structs, ==, row->wanted[i]);
	}
	g_assert_cmpuint(i, ==, array_count(&user->hooks));
	/* who goes through the list that there was finds it as it was */
	for (i = 0; row->had[i] != END; i++) {
		memcpy(&hooks, CONST_PTR_OFFSET(before, i * sizeof(hooks)),
		       sizeof(hooks));
		g_assert_cmpint(hooks - structs, ==, row->had[i]);
	}
	pool_unref(&pool);
}

static void test_row(gconstpointer data)
{
	check_row(data, FALSE);
	check_row(data, TRUE);
}

/* A user who is created while another one is. */
static void test_nested(void)
{
	pool_t pool = pool_alloconly_create("test hooks", 1024);
	struct mail_user *outer = p_new(pool, struct mail_user, 1);

	outer->pool = pool;
	p_array_init(&outer->hooks, pool, 1);
	array_push_back(&outer->hooks, &parts[MODULE]);
	coexist_user_hooks_begin(outer);
	check_row(&rows[1], FALSE);
	coexist_user_hooks_add(outer, JOURNAL);
	coexist_user_hooks_commit(outer);
	g_assert_cmpuint(array_count(&outer->hooks), ==, 2);
	pool_unref(&pool);
}

static void test_dovecot_knows_the_first(void)
{
	g_assert_true(known == parts[COEXIST_HOOKS_MODULE]);
}

int main(int argc, char **argv)
{
	unsigned int i;
	int ret;

	lib_init();
	g_test_init(&argc, &argv, NULL);
	for (i = 0; i < COEXIST_HOOKS_COUNT; i++)
		parts[i] = &structs[i];
	coexist_user_hooks_init(NULL, parts);
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strconcat("/hooks/", rows[i].label,
						    NULL);

		g_test_add_data_func(path, &rows[i], test_row);
	}
	g_test_add_func("/hooks/nested", test_nested);
	g_test_add_func("/hooks/dovecot", test_dovecot_knows_the_first);
	ret = g_test_run();
	coexist_user_hooks_deinit();
	lib_deinit();
	return ret;
}
