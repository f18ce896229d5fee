/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-hooks.h. */

#include "pop3-common.h"
#include "pop3-hooks.h"
#include "mail-storage-hooks.h"
#include "mail-storage-private.h"
#include "compat-process.h"
#include "log-filter.h"
#include "session-guard.h"
#include "session-policy.h"
#include "pop3-capa.h"
#include "pop3-folders-hooks.h"
#include "pop3-live.h"
#include "pop3-login-delay.h"
#include "pop3-notices.h"
#include "pop3-refusal.h"
#include "pop3-retention.h"
#include "pop3-session.h"
#include "pop3-view.h"

static pop3_client_created_func_t *next_hook_client_created;

const struct mail_storage_hooks coexist_pop3_refusal_hooks = {
	.mailbox_allocated = pop3_refusal_mailbox_allocated
};

const struct mail_storage_hooks coexist_pop3_folders_hooks = {
	.mail_namespaces_created = pop3_folders_namespaces_created,
	.mail_storage_created = pop3_folders_storage_created,
	.mailbox_allocated = pop3_folders_mailbox_allocated,
	.mail_allocated = pop3_folders_mail_allocated
};

/* One hook for all that override another function of the mailbox: see pop3-box.h. */
static void maildrop_mailbox_allocated(struct mailbox *box)
{
	struct mailbox_vfuncs *v = box->vlast;

	pop3_session_mailbox_allocated(box, v);
	pop3_retention_mailbox_allocated(box, v);
	pop3_login_delay_mailbox_allocated(box, v);
	pop3_notices_mailbox_allocated(box, v);
	pop3_view_mailbox_allocated(box, v);
}

const struct mail_storage_hooks coexist_pop3_maildrop_hooks = {
	.mailbox_allocated = maildrop_mailbox_allocated,
	.mail_allocated = pop3_session_mail_allocated_download
};

const struct mail_storage_hooks coexist_pop3_delete_hooks = {
	.mail_allocated = pop3_session_mail_allocated_delete
};

const struct mail_storage_hooks coexist_pop3_login_delay_hooks = {
	.mail_namespaces_created = pop3_login_delay_namespaces_created
};

/* What depends on keys that the owner of the mailbox may choose. */
static void choices_begin(struct client *client)
{
	pop3_view_create(client);
	pop3_session_create(client);
	pop3_retention_create(client);
	pop3_capa_create(client);
	pop3_notices_create(client);
}

static bool choices_come_later(struct mail_user *user)
{
	return coexist_session_policy_get_open(user) != 0;
}

static void session_begin(struct client *client)
{
	const char *reason = coexist_guard_get_reason(client->user);

	if (reason != NULL) {
		pop3_refuse(client, reason,
			    coexist_guard_take_over(client->user));
		return;
	}
	/* before the storages are there */
	pop3_folders_create(client);
	if (!choices_come_later(client->user))
		choices_begin(client);
	pop3_login_delay_create(client);
}

static void coexist_pop3_client_created(struct client **client)
{
	if (coexist_session_policy_get((*client)->user) != NULL)
		session_begin(*client);
	if (coexist_guard_get_reason((*client)->user) == NULL)
		pop3_live_create(*client);
	if (next_hook_client_created != NULL)
		next_hook_client_created(client);
}

static void choices_begin_of(struct mail_user *user)
{
	struct client *client;

	for (client = pop3_clients; client != NULL; client = client->next) {
		if (client->user == user) {
			pop3_folders_choose(client);
			choices_begin(client);
			return;
		}
	}
}

void coexist_pop3_namespaces_created(struct mail_user *user, const char *state)
{
	if (!coexist_process_has_pop3())
		return;
	if (choices_come_later(user))
		choices_begin_of(user);
	pop3_view_namespaces_created(user, state);
}

void coexist_pop3_hooks_init(void)
{
	if (coexist_process_has_pop3()) {
		next_hook_client_created = pop3_client_created_hook_set(
			coexist_pop3_client_created);
		pop3_live_init();
	}
}

void coexist_pop3_hooks_deinit(void)
{
	coexist_log_filter_deinit();
	if (coexist_process_has_pop3()) {
		pop3_live_deinit();
		(void)pop3_client_created_hook_set(next_hook_client_created);
	}
}
