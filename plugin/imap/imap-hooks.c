/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in imap-hooks.h. */

#include "imap-common.h"
#include "imap-hooks.h"
#include "compat-process.h"
#include "session-guard.h"
#include "session-policy.h"
#include "imap-alert.h"
#include "imap-live.h"
#include "imap-owner.h"
#include "imap-refusal.h"

static imap_client_created_func_t *next_hook_client_created;

static void session_begin(struct client *client)
{
	const char *reason = coexist_guard_get_reason(client->user);

	if (reason != NULL)
		imap_refuse(client, reason);
	else {
		imap_alert_create(client);
		imap_owner_create(client);
	}
}

static void coexist_imap_client_created(struct client **client)
{
	if (coexist_session_policy_get((*client)->user) != NULL)
		session_begin(*client);
	if (coexist_guard_get_reason((*client)->user) == NULL)
		imap_live_create(*client);
	if (next_hook_client_created != NULL)
		next_hook_client_created(client);
}

void coexist_imap_hooks_init(void)
{
	if (coexist_process_has_imap()) {
		next_hook_client_created = imap_client_created_hook_set(
			coexist_imap_client_created);
		imap_live_init();
	}
}

void coexist_imap_hooks_deinit(void)
{
	if (coexist_process_has_imap()) {
		imap_live_deinit();
		(void)imap_client_created_hook_set(next_hook_client_created);
	}
}
