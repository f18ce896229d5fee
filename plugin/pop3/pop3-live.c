/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-live.h. */

#include "pop3-common.h"
#include "pop3-live.h"
#include "istream.h"
#include "module-context.h"
#include "ostream.h"
#include "mail-user.h"
#include "compat-process.h"
#include "live-session.h"
#include "live-signal.h"

#include <sys/ioctl.h>

#define POP3_LIVE_CONTEXT(obj) \
	MODULE_CONTEXT(obj, pop3_live_module)
#define POP3_LIVE_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_live_module)

struct pop3_live {
	union pop3_module_context module_ctx;
	struct coexist_live *live;
};

static MODULE_CONTEXT_DEFINE_INIT(pop3_live_module, &pop3_module_register);

/* A QUIT that has come is obeyed. */
static bool pop3_is_busy(void *context)
{
	struct client *client = context;
	int size = 0;

	return client->cmd != NULL ||
		i_stream_get_data_size(client->input) > 0 ||
		(ioctl(client->fd_in, FIONREAD, &size) == 0 && size > 0);
}

static void pop3_end(void *context, const char *line, const char *reason)
{
	struct client *client = context;

	/* not into the middle of another reply */
	if (!client->disconnected && client->cmd == NULL) {
		client_send_line(client, "-ERR %s", line);
		(void)o_stream_flush(client->output);
	}
	client_destroy(client, reason);
}

static const struct coexist_live_ops pop3_live_ops = {
	.is_busy = pop3_is_busy,
	.end = pop3_end
};

static void pop3_live_destroy(struct client *client, const char *reason)
{
	struct pop3_live *live = POP3_LIVE_CONTEXT_REQUIRE(client);

	coexist_live_free(&live->live);
	live->module_ctx.super.destroy(client, reason);
}

static struct coexist_live *pop3_live_new(void *context)
{
	struct client *client = context;
	struct pop3_live *live = p_new(client->pool, struct pop3_live, 1);

	live->live = coexist_live_new(client->pool, client->user,
				      &pop3_live_ops, client);
	live->module_ctx.super = client->v;
	client->v.destroy = pop3_live_destroy;
	MODULE_CONTEXT_SET(client, pop3_live_module, live);
	return live->live;
}

void pop3_live_create(struct client *client)
{
	if (coexist_live_is_stale(client->user))
		coexist_live_tell(pop3_live_new(client), 0);
	else
		coexist_live_signal_session();
}

static void *pop3_client_next(void *context)
{
	struct client *client = context;

	do {
		client = client == NULL ? pop3_clients : client->next;
	} while (client != NULL && (client->disconnected || client->destroyed));
	return client;
}

static struct mail_user *pop3_client_user(void *context)
{
	struct client *client = context;

	return client->user;
}

static struct coexist_live *pop3_live_find(void *context)
{
	struct client *client = context;
	struct pop3_live *live = POP3_LIVE_CONTEXT(client);

	return live == NULL ? NULL : live->live;
}

static const struct coexist_live_clients pop3_live_clients = {
	.next = pop3_client_next,
	.get_user = pop3_client_user,
	.find = pop3_live_find,
	.create = pop3_live_new
};

void pop3_live_init(void)
{
	coexist_live_signal_init(&pop3_live_clients);
}

void pop3_live_deinit(void)
{
	coexist_live_signal_deinit();
}
