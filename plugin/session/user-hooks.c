/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in user-hooks.h. */

#include "lib.h"
#include "user-hooks.h"
#include "array.h"
#include "mail-storage-hooks.h"
#include "mail-user.h"

static const struct mail_storage_hooks *const *all_parts;

void coexist_user_hooks_init(struct module *module,
			     const struct mail_storage_hooks *const *parts)
{
	all_parts = parts;
	mail_storage_hooks_add(module, parts[COEXIST_HOOKS_MODULE]);
}

void coexist_user_hooks_deinit(void)
{
	mail_storage_hooks_remove(all_parts[COEXIST_HOOKS_MODULE]);
}

/* A set of parts: 1 << enum coexist_hooks_part. */
typedef uint32_t parts_set_t;
_Static_assert(COEXIST_HOOKS_COUNT <= 32, "there is a bit for each");

/* The user whose parts are collected, if there is one. */
static struct mail_user *collecting;
static parts_set_t collected;

/* The list becomes another one: Dovecot may be going through the one that there
   is, which stays as it is in the user's pool. */
static void parts_add(struct mail_user *user, parts_set_t parts)
{
	const struct mail_storage_hooks *const *had;
	const struct mail_storage_hooks **hooks;
	ARRAY(const struct mail_storage_hooks *) list;
	unsigned int i = 0, count, new_count;
	enum coexist_hooks_part part;

	had = array_get(&user->hooks, &count);
	while (i < count && had[i] != all_parts[COEXIST_HOOKS_MODULE])
		i++;
	if (i == count)
		return;
	i++;
	hooks = t_new(const struct mail_storage_hooks *,
		      count + COEXIST_HOOKS_COUNT);
	memcpy(hooks, had, i * sizeof(*hooks));
	new_count = i;
	for (part = COEXIST_HOOKS_MODULE + 1; part < COEXIST_HOOKS_COUNT;
	     part++) {
		if (i < count && had[i] == all_parts[part])
			hooks[new_count++] = had[i++];
		else if ((parts & BIT(part)) != 0)
			hooks[new_count++] = all_parts[part];
	}
	while (i < count)
		hooks[new_count++] = had[i++];
	if (new_count == count)
		return;
	p_array_init(&list, user->pool, new_count);
	array_append(&list, hooks, new_count);
	user->hooks.arr = list.arr;
}

void coexist_user_hooks_add(struct mail_user *user,
			    enum coexist_hooks_part part)
{
	if (collecting == user)
		collected |= BIT(part);
	else T_BEGIN {
		parts_add(user, BIT(part));
	} T_END;
}

void coexist_user_hooks_begin(struct mail_user *user)
{
	if (collecting != NULL)
		return;
	collecting = user;
	collected = 0;
}

void coexist_user_hooks_commit(struct mail_user *user)
{
	if (collecting != user)
		return;
	collecting = NULL;
	if (collected != 0)
		parts_add(user, collected);
}
