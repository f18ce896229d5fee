/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib21_coexist_quota_plugin: tells the owner of a mailbox how full it is. A
   module of its own, because it needs Dovecot's quota plugin. */

#include "lib.h"
#include "coexist-quota-plugin.h"
#include "mail-storage-hooks.h"
#include "compat-version.h"
#include "quota-watch.h"

const char *coexist_quota_plugin_version = DOVECOT_ABI_VERSION;
const char *coexist_quota_plugin_dependencies[] = { "quota", "coexist", NULL };

static struct mail_storage_hooks coexist_quota_mail_storage_hooks = {
	.mail_user_created = coexist_quota_watch_user_created,
	.mail_namespaces_created = coexist_quota_watch_namespaces_created,
	.mailbox_allocated = coexist_quota_watch_mailbox_allocated,
	.mail_allocated = coexist_quota_watch_mail_allocated
};

void coexist_quota_plugin_init(struct module *module)
{
	mail_storage_hooks_add(module, &coexist_quota_mail_storage_hooks);
}

void coexist_quota_plugin_deinit(void)
{
	mail_storage_hooks_remove(&coexist_quota_mail_storage_hooks);
}
