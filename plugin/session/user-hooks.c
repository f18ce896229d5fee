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

/* Returns TRUE and the index behind those parts of the user that come before this
   one; FALSE if nothing is to be added. */
static bool
place_find(const struct mail_user *user, enum coexist_hooks_part part,
	   unsigned int *idx_r)
{
	const struct mail_storage_hooks *const *hooks;
	unsigned int i = 0, count;
	enum coexist_hooks_part before;

	hooks = array_get(&user->hooks, &count);
	while (i < count && hooks[i] != all_parts[COEXIST_HOOKS_MODULE])
		i++;
	if (i == count)
		return FALSE;
	i++;
	for (before = COEXIST_HOOKS_MODULE + 1; before < part; before++) {
		if (i < count && hooks[i] == all_parts[before])
			i++;
	}
	*idx_r = i;
	return i == count || hooks[i] != all_parts[part];
}

/* The list becomes another one: Dovecot may be going through the one that there
   is, which stays as it is in the user's pool. */
void coexist_user_hooks_add(struct mail_user *user,
			    enum coexist_hooks_part part)
{
	ARRAY(const struct mail_storage_hooks *) hooks;
	unsigned int idx;

	if (!place_find(user, part, &idx))
		return;
	p_array_init(&hooks, user->pool, array_count(&user->hooks) + 1);
	array_append_array(&hooks, &user->hooks);
	array_insert(&hooks, idx, &all_parts[part], 1);
	user->hooks.arr = hooks.arr;
}
