/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in imap-alert.h. */

#include "imap-common.h"
#include "imap-alert.h"
#include "compat-process.h"
#include "imap-sync-private.h"
#include "ioloop.h"
#include "module-context.h"
#include "ostream.h"
#include "alert.h"
#include "session-policy.h"
#include "policy-merge.h"

/* The debounce: so long after the login, or after the first change of the mailbox,
   the state is looked at. A delivery leaves its alert only after it has stored
   the message. */
#define LOOK_DELAY_MSECS 1500

#define IMAP_ALERT_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, imap_alert_module)

struct imap_alert {
	union imap_module_context module_ctx;
	struct timeout *to;
	/* FALSE if what the owner chose, or did not, has no alerts */
	bool is_on;
};

static MODULE_CONTEXT_DEFINE_INIT(imap_alert_module, &imap_module_register);

static void alert_look(struct client *client)
{
	const char *text = coexist_alert_take(client->user);

	if (text != NULL) {
		client_send_line(client,
				 t_strconcat("* OK [ALERT] ", text, NULL));
		(void)o_stream_flush(client->output);
	}
}

static void alert_timeout(struct client *client)
{
	struct imap_alert *alert = IMAP_ALERT_CONTEXT(client);

	/* not into the middle of another reply */
	if (client->disconnected || client->output_cmd_lock != NULL)
		return;
	timeout_remove(&alert->to);
	T_BEGIN {
		alert_look(client);
	} T_END;
}

static void alert_schedule(struct client *client)
{
	struct imap_alert *alert = IMAP_ALERT_CONTEXT(client);

	if (alert->is_on && alert->to == NULL) {
		alert->to = timeout_add_short_to(io_loop_get_root(),
						 LOOK_DELAY_MSECS,
						 alert_timeout, client);
	}
}

static bool policy_has_alerts(struct mail_user *user)
{
	const char *list = coexist_policy_text(coexist_session_policy_get(user),
		COEXIST_KEY_quota_warn_channels);
	const char *item;
	size_t length;

	while (coexist_list_next(&list, &item, &length)) {
		if (length == strlen("alert") &&
		    strncasecmp(item, "alert", length) == 0)
			return TRUE;
	}
	return FALSE;
}

static void alert_init(struct client *client)
{
	struct imap_alert *alert = IMAP_ALERT_CONTEXT(client);

	alert->module_ctx.super.init(client);
	/* what the owner chose is known now */
	alert->is_on = policy_has_alerts(client->user);
	/* A session that wakes up from hibernation goes on in the middle of an
	   IDLE, and gets its alert by the timeout. */
	if (alert->is_on && !client->user->session_restored) T_BEGIN {
		alert_look(client);
	} T_END;
	alert_schedule(client);
}

static int alert_sync_notify_more(struct imap_sync_context *ctx)
{
	struct client *client = ctx->client;
	struct imap_alert *alert = IMAP_ALERT_CONTEXT(client);

	alert_schedule(client);
	return alert->module_ctx.super.sync_notify_more(ctx);
}

/* Hibernation ends the process, and with it the timeout: an alert that was left by
   now is said first, or it would wait until the session wakes up again. */
static int alert_state_export(struct client *client, bool internal,
			      buffer_t *dest, const char **error_r)
{
	struct imap_alert *alert = IMAP_ALERT_CONTEXT(client);

	if (internal && alert->to != NULL) T_BEGIN {
		alert_look(client);
	} T_END;
	if (internal && o_stream_get_buffer_used_size(client->output) > 0) {
		*error_r = "output pending to client";
		return 0;
	}
	return alert->module_ctx.super.state_export(client, internal, dest,
						    error_r);
}

static void alert_destroy(struct client *client, const char *reason)
{
	struct imap_alert *alert = IMAP_ALERT_CONTEXT(client);

	timeout_remove(&alert->to);
	alert->module_ctx.super.destroy(client, reason);
}

/* Dovecot makes the namespaces, and by them the owner's choice is known, between this
   and init(). */
static bool may_have_alerts(struct mail_user *user)
{
	coexist_openable_set open = coexist_session_policy_get_open(user);

	return policy_has_alerts(user) ||
		(open & BIT(COEXIST_OPENABLE_quota_warn_channels)) != 0;
}

void imap_alert_create(struct client *client)
{
	struct imap_alert *alert;

	if (!may_have_alerts(client->user))
		return;
	alert = p_new(client->pool, struct imap_alert, 1);
	alert->module_ctx.super = client->v;
	client->v.init = alert_init;
	client->v.destroy = alert_destroy;
	client->v.state_export = alert_state_export;
	client->v.sync_notify_more = alert_sync_notify_more;
	MODULE_CONTEXT_SET(client, imap_alert_module, alert);
}
