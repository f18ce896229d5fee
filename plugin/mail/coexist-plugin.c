/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib20_coexist_plugin: the session's policy, for every process that handles
   mail. */

#include "lib.h"
#include "coexist-plugin.h"
#include "mail-storage-hooks.h"
#include "compat-version.h"
#include "session-guard.h"
#include "session-policy.h"
#include "inbox-watch.h"
#include "session-changes.h"
#include "session-end.h"

const char *coexist_plugin_version = DOVECOT_ABI_VERSION;

static void coexist_mail_user_created(struct mail_user *user)
{
	coexist_session_policy_user_created(user);
	coexist_guard_user_created(user);
}

static struct mail_storage_hooks coexist_mail_storage_hooks = {
	.mail_user_created = coexist_mail_user_created,
	.mail_namespace_storage_added = coexist_guard_namespace_storage_added
};

/* A struct of its own, as two hooks are (doc/dovecot-notes.md, Storage). */
static struct mail_storage_hooks coexist_journal_mail_storage_hooks = {
	.mail_user_created = coexist_changes_user_created,
	.mailbox_allocated = coexist_inbox_watch_allocated
};

static struct mail_storage_hooks coexist_end_mail_storage_hooks = {
	.mail_namespaces_created = coexist_session_end_namespaces_created
};

void coexist_plugin_init(struct module *module)
{
	mail_storage_hooks_add(module, &coexist_mail_storage_hooks);
	mail_storage_hooks_add(module, &coexist_journal_mail_storage_hooks);
	mail_storage_hooks_add(module, &coexist_end_mail_storage_hooks);
}

void coexist_plugin_deinit(void)
{
	mail_storage_hooks_remove(&coexist_end_mail_storage_hooks);
	mail_storage_hooks_remove(&coexist_journal_mail_storage_hooks);
	mail_storage_hooks_remove(&coexist_mail_storage_hooks);
}
