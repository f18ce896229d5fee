/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in imap-live.h. */

#include "imap-common.h"
#include "imap-live.h"
#include "module-context.h"
#include "ostream.h"
#include "compat-process.h"
#include "compat-user.h"
#include "live-session.h"
#include "live-signal.h"

#define IMAP_LIVE_CONTEXT(obj) \
	MODULE_CONTEXT(obj, imap_live_module)
#define IMAP_LIVE_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, imap_live_module)

struct imap_live {
	union imap_module_context module_ctx;
	struct coexist_live *live;
};

static MODULE_CONTEXT_DEFINE_INIT(imap_live_module, &imap_module_register);

/* IDLE is none that has to be finished, and a command of which only a part has come
   was not begun. */
static bool imap_is_busy(void *context)
{
	struct client *client = context;
	const struct client_command_context *cmd;

	for (cmd = client->command_queue; cmd != NULL; cmd = cmd->next) {
		if (cmd->func != NULL && cmd->name != NULL &&
		    strcasecmp(cmd->name, "IDLE") != 0)
			return TRUE;
	}
	return FALSE;
}

static void imap_end(void *context, const char *line, const char *reason)
{
	struct client *client = context;

	/* not into the middle of another reply */
	if (!client->disconnected && client->output_cmd_lock == NULL) {
		client_send_line(client, t_strconcat("* BYE ", line, NULL));
		(void)o_stream_flush(client->output);
	}
	client_destroy(client, reason);
}

static const struct coexist_live_ops imap_live_ops = {
	.is_busy = imap_is_busy,
	.end = imap_end
};

static void imap_live_destroy(struct client *client, const char *reason)
{
	struct imap_live *live = IMAP_LIVE_CONTEXT_REQUIRE(client);

	coexist_live_free(&live->live);
	live->module_ctx.super.destroy(client, reason);
}

/* Hibernation ends the process: the decision comes before. */
static int
imap_live_state_export(struct client *client, bool internal, buffer_t *dest,
		       const char **error_r)
{
	struct imap_live *live = IMAP_LIVE_CONTEXT_REQUIRE(client);

	if (internal && coexist_live_is_undecided(live->live)) {
		*error_r = "coexist asks whether the session may go on";
		return 0;
	}
	return live->module_ctx.super.state_export(client, internal, dest,
						   error_r);
}

static struct coexist_live *imap_live_new(void *context)
{
	struct client *client = context;
	struct imap_live *live = p_new(client->pool, struct imap_live, 1);

	live->live = coexist_live_new(client->pool, client->user,
				      &imap_live_ops, client);
	live->module_ctx.super = client->v;
	client->v.destroy = imap_live_destroy;
	client->v.state_export = imap_live_state_export;
	MODULE_CONTEXT_SET(client, imap_live_module, live);
	return live->live;
}

void imap_live_create(struct client *client)
{
	if (coexist_live_is_stale(client->user))
		coexist_live_tell(imap_live_new(client), 0);
	else if (client->user->session_restored &&
		 coexist_live_is_held(client->user))
		coexist_live_look(imap_live_new(client));
	else
		coexist_live_signal_session();
}

static void *imap_client_next(void *context)
{
	struct client *client = context;

	do {
		client = client == NULL ? imap_clients : client->next;
	} while (client != NULL && (client->disconnected || client->destroyed));
	return client;
}

static struct mail_user *imap_client_user(void *context)
{
	struct client *client = context;

	return client->user;
}

static struct coexist_live *imap_live_find(void *context)
{
	struct client *client = context;
	struct imap_live *live = IMAP_LIVE_CONTEXT(client);

	return live == NULL ? NULL : live->live;
}

static const struct coexist_live_clients imap_live_clients = {
	.next = imap_client_next,
	.get_user = imap_client_user,
	.find = imap_live_find,
	.create = imap_live_new
};

void imap_live_init(void)
{
	coexist_live_signal_init(&imap_live_clients);
}

void imap_live_deinit(void)
{
	coexist_live_signal_deinit();
}
