/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib25_pop3_coexist_plugin, the wiring: what a POP3 session does to the mailbox
   that it shares with IMAP. */

#include "pop3-common.h"
#include "pop3-coexist-plugin.h"
#include "mail-storage-hooks.h"
#include "mail-user.h"
#include "compat-version.h"
#include "session-guard.h"
#include "pop3-capa.h"
#include "pop3-login-delay.h"
#include "pop3-notices.h"
#include "pop3-refusal.h"
#include "pop3-retention.h"
#include "pop3-session.h"

const char *pop3_coexist_plugin_version = DOVECOT_ABI_VERSION;
const char *pop3_coexist_plugin_dependencies[] = { "coexist", NULL };
const char pop3_coexist_plugin_binary_dependency[] = "pop3";

static struct module *pop3_coexist_module;
static pop3_client_created_func_t *next_hook_client_created;

static struct mail_storage_hooks pop3_session_mail_storage_hooks = {
	.mailbox_allocated = pop3_session_mailbox_allocated,
	.mail_allocated = pop3_session_mail_allocated_download
};

/* A struct of its own, as two hooks are (doc/dovecot-notes.md, Storage). */
static struct mail_storage_hooks pop3_delete_mail_storage_hooks = {
	.mail_allocated = pop3_session_mail_allocated_delete
};

static struct mail_storage_hooks pop3_refusal_mail_storage_hooks = {
	.mailbox_allocated = pop3_refusal_mailbox_allocated
};

static struct mail_storage_hooks pop3_login_delay_mail_storage_hooks = {
	.mail_namespaces_created = pop3_login_delay_namespaces_created,
	.mailbox_allocated = pop3_login_delay_mailbox_allocated
};

static struct mail_storage_hooks pop3_notices_mail_storage_hooks = {
	.mailbox_allocated = pop3_notices_mailbox_allocated
};

static void session_begin(struct client *client)
{
	const char *reason = coexist_guard_get_reason(client->user);

	if (reason != NULL) {
		pop3_refuse(client, reason,
			    coexist_guard_take_over(client->user));
		return;
	}
	pop3_session_create(client);
	pop3_retention_create(client);
	pop3_capa_create(client);
	pop3_login_delay_create(client);
}

static void pop3_coexist_client_created(struct client **client)
{
	if (mail_user_is_plugin_loaded((*client)->user, pop3_coexist_module))
		session_begin(*client);
	if (next_hook_client_created != NULL)
		next_hook_client_created(client);
}

void pop3_coexist_plugin_init(struct module *module)
{
	pop3_coexist_module = module;
	next_hook_client_created =
		pop3_client_created_hook_set(pop3_coexist_client_created);
	/* Outermost, which the first one is: a refused session does nothing. */
	mail_storage_hooks_add(module, &pop3_refusal_mail_storage_hooks);
	mail_storage_hooks_add(module, &pop3_session_mail_storage_hooks);
	mail_storage_hooks_add(module, &pop3_delete_mail_storage_hooks);
	mail_storage_hooks_add(module, &pop3_login_delay_mail_storage_hooks);
	mail_storage_hooks_add(module, &pop3_notices_mail_storage_hooks);
}

void pop3_coexist_plugin_deinit(void)
{
	mail_storage_hooks_remove(&pop3_notices_mail_storage_hooks);
	mail_storage_hooks_remove(&pop3_login_delay_mail_storage_hooks);
	mail_storage_hooks_remove(&pop3_delete_mail_storage_hooks);
	mail_storage_hooks_remove(&pop3_session_mail_storage_hooks);
	mail_storage_hooks_remove(&pop3_refusal_mail_storage_hooks);
	(void)pop3_client_created_hook_set(next_hook_client_created);
}
