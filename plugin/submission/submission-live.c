/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in submission-live.h. */

#include "submission-common.h"
#include "submission-live.h"
#include "mail-user.h"
#include "module-context.h"
#include "compat-process.h"
#include "live-session.h"
#include "live-signal.h"

#define SUBMISSION_LIVE_CONTEXT(obj) \
	MODULE_CONTEXT(obj, submission_live_module)
#define SUBMISSION_LIVE_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, submission_live_module)

struct submission_live {
	union submission_module_context module_ctx;
	struct coexist_live *live;
};

static MODULE_CONTEXT_DEFINE_INIT(submission_live_module,
				  &submission_module_register);

/* From MAIL to the reply to the message: cut off in between, the client could not tell
   whether it was sent. */
static bool submission_is_busy(void *context)
{
	struct client *client = context;

	switch (client->state.state) {
	case SMTP_SERVER_STATE_MAIL_FROM:
	case SMTP_SERVER_STATE_RCPT_TO:
	case SMTP_SERVER_STATE_DATA:
		return TRUE;
	default:
		return FALSE;
	}
}

/* The relay has the message, as data_size is known from then on. It has its own
   timeouts. */
static bool submission_is_committed(void *context)
{
	struct client *client = context;

	return client->state.state == SMTP_SERVER_STATE_DATA &&
		client->state.data_size > 0;
}

/* Dovecot logs the line as its reason. */
static void
submission_end(void *context, const char *line, const char *reason ATTR_UNUSED)
{
	struct client *client = context;
	struct smtp_server_connection *conn = client->conn;

	if (!client->disconnected)
		smtp_server_connection_terminate(&conn, "4.7.0", line);
}

static const struct coexist_live_ops submission_live_ops = {
	.is_busy = submission_is_busy,
	.is_committed = submission_is_committed,
	.end = submission_end
};

static void submission_live_destroy(struct client *client)
{
	struct submission_live *live = SUBMISSION_LIVE_CONTEXT_REQUIRE(client);

	coexist_live_free(&live->live);
	live->module_ctx.super.destroy(client);
}

static struct coexist_live *submission_live_new(void *context)
{
	struct client *client = context;
	struct submission_live *live =
		p_new(client->pool, struct submission_live, 1);

	live->live = coexist_live_new(client->pool, client->user,
				      &submission_live_ops, client);
	live->module_ctx.super = client->v;
	client->v.destroy = submission_live_destroy;
	MODULE_CONTEXT_SET(client, submission_live_module, live);
	return live->live;
}

void submission_live_create(struct client *client)
{
	if (coexist_live_is_stale(client->user))
		coexist_live_tell(submission_live_new(client), 0);
	else
		coexist_live_signal_session();
}

static void *submission_client_next(void *context)
{
	struct client *client = context;

	do {
		client = client == NULL ? submission_clients : client->next;
	} while (client != NULL && (client->disconnected || client->destroyed));
	return client;
}

static struct mail_user *submission_client_user(void *context)
{
	struct client *client = context;

	return client->user;
}

static struct coexist_live *submission_live_find(void *context)
{
	struct client *client = context;
	struct submission_live *live = SUBMISSION_LIVE_CONTEXT(client);

	return live == NULL ? NULL : live->live;
}

static const struct coexist_live_clients submission_live_clients = {
	.next = submission_client_next,
	.get_user = submission_client_user,
	.find = submission_live_find,
	.create = submission_live_new
};

void submission_live_init(void)
{
	coexist_live_signal_init(&submission_live_clients);
}

void submission_live_deinit(void)
{
	coexist_live_signal_deinit();
}
