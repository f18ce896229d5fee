/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plugins of Dovecot that tell what dovecot-coexist makes of a user and of each
   mailbox: how many of their functions are ours, and how much of the user's pool
   we take. The one, probe_before, has its hooks before ours; the other,
   probe_behind, has them behind ours, and tells.

   PROBE is the name, and BEHIND is defined for the other. */

#define _GNU_SOURCE
#include "lib.h"
#include "array.h"
#include "mail-user.h"
#include "mail-storage-private.h"
#include "mail-storage-hooks.h"

#include <dlfcn.h>

#define PASTE(a, b) a##b
#define SYMBOL(name, part) PASTE(name, part)

const char *SYMBOL(PROBE, _plugin_version) = DOVECOT_ABI_VERSION;

/* One for both, which see each other's symbols. */
size_t probe_used;

#ifndef BEHIND

static void user_created(struct mail_user *user)
{
	probe_used = pool_alloconly_get_total_used_size(user->pool);
}

static const struct mail_storage_hooks hooks = {
	.mail_user_created = user_created
};

#else

/* Returns how many of the functions are in the module. */
static unsigned int count_ours(const void *functions, size_t size)
{
	void *const *function = functions;
	unsigned int i, count = 0;
	Dl_info info;

	for (i = 0; i < size / sizeof(*function); i++) {
		if (function[i] != NULL && dladdr(function[i], &info) != 0 &&
		    strstr(info.dli_fname, "coexist_plugin") != NULL)
			count++;
	}
	return count;
}

static void user_created(struct mail_user *user)
{
	size_t used = pool_alloconly_get_total_used_size(user->pool);

	i_info("probe: user: functions=%u bytes=%zu",
	       count_ours(&user->v, sizeof(user->v)), used - probe_used);
}

static void mailbox_allocated(struct mailbox *box)
{
	i_info("probe: mailbox: functions=%u",
	       count_ours(&box->v, sizeof(box->v)));
}

static const struct mail_storage_hooks hooks = {
	.mail_user_created = user_created,
	.mailbox_allocated = mailbox_allocated
};

#endif

void SYMBOL(PROBE, _plugin_init)(struct module *module);
void SYMBOL(PROBE, _plugin_deinit)(void);

void SYMBOL(PROBE, _plugin_init)(struct module *module)
{
	mail_storage_hooks_add(module, &hooks);
}

void SYMBOL(PROBE, _plugin_deinit)(void)
{
	mail_storage_hooks_remove(&hooks);
}
