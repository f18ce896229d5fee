/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lib25_imap_coexist_plugin, the wiring: what an IMAP session tells its client. */

#include "imap-common.h"
#include "imap-coexist-plugin.h"
#include "mail-user.h"
#include "compat-version.h"
#include "session-guard.h"
#include "imap-alert.h"
#include "imap-refusal.h"

const char *imap_coexist_plugin_version = DOVECOT_ABI_VERSION;
const char *imap_coexist_plugin_dependencies[] = { "coexist", NULL };
const char imap_coexist_plugin_binary_dependency[] = "imap";

static struct module *imap_coexist_module;
static imap_client_created_func_t *next_hook_client_created;

static void imap_coexist_client_created(struct client **client)
{
	const char *reason;

	if (mail_user_is_plugin_loaded((*client)->user, imap_coexist_module)) {
		reason = coexist_guard_get_reason((*client)->user);
		if (reason != NULL)
			imap_refuse(*client, reason);
		else
			imap_alert_create(*client);
	}
	if (next_hook_client_created != NULL)
		next_hook_client_created(client);
}

void imap_coexist_plugin_init(struct module *module)
{
	imap_coexist_module = module;
	next_hook_client_created =
		imap_client_created_hook_set(imap_coexist_client_created);
}

void imap_coexist_plugin_deinit(void)
{
	(void)imap_client_created_hook_set(next_hook_client_created);
}
