/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in submission-sent.h. */

#include "submission-common.h"
#include "submission-sent.h"
#include "compat-process.h"
#include "istream.h"
#include "llist.h"
#include "module-context.h"
#include "smtp-address.h"
#include "sent-copy.h"

#define SENT_CLIENT_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, submission_sent_module)

/* A message that was given to the relay. */
struct sent_message {
	struct sent_message *prev, *next;
	/* NULL if the client is gone */
	struct sent_client *sclient;
	pool_t pool;
	struct coexist_sent_message message;
	bool accepted;
};

struct sent_client {
	union submission_module_context module_ctx;
	struct client *client;
	/* those that have no reply yet */
	struct sent_message *pending;
	/* those that were accepted, and are to be stored */
	struct sent_message *head, *tail;
	struct timeout *to;
};

static MODULE_CONTEXT_DEFINE_INIT(submission_sent_module,
				  &submission_module_register);

static void message_free(struct sent_message *message)
{
	i_stream_unref(&message->message.input);
	pool_unref(&message->pool);
}

static void messages_store(struct sent_client *sclient)
{
	struct sent_message *message;

	timeout_remove(&sclient->to);
	while ((message = sclient->head) != NULL) {
		DLLIST2_REMOVE(&sclient->head, &sclient->tail, message);
		T_BEGIN {
			coexist_sent_copy_save(sclient->client->user,
					       &message->message);
		} T_END;
		message_free(message);
	}
}

static void
message_replied(struct smtp_server_cmd_ctx *cmd, struct sent_message *message)
{
	message->accepted = smtp_server_command_replied_success(cmd->cmd);
}

/* The reply may not be sent yet: the copy is stored when the process has nothing
   else to do for the client. */
static void
message_done(struct smtp_server_cmd_ctx *cmd ATTR_UNUSED,
	     struct sent_message *message)
{
	struct sent_client *sclient = message->sclient;

	if (sclient != NULL)
		DLLIST_REMOVE(&sclient->pending, message);
	if (sclient == NULL || !message->accepted) {
		message_free(message);
		return;
	}
	DLLIST2_APPEND(&sclient->head, &sclient->tail, message);
	if (sclient->to == NULL)
		sclient->to = timeout_add_short(0, messages_store, sclient);
}

static const char *const *
recipients_dup(pool_t pool, const struct smtp_server_transaction *trans)
{
	ARRAY_TYPE(const_string) recipients;
	struct smtp_server_recipient *rcpt;
	const char *address;

	p_array_init(&recipients, pool, array_count(&trans->rcpt_to) + 1);
	array_foreach_elem(&trans->rcpt_to, rcpt) {
		address = p_strdup(pool, smtp_address_encode(rcpt->path));
		array_push_back(&recipients, &address);
	}
	array_append_zero(&recipients);
	return array_front(&recipients);
}

static void
message_keep(struct sent_client *sclient, struct smtp_server_command *cmd,
	     const struct smtp_server_transaction *trans,
	     struct istream *data_input, uoff_t data_size)
{
	pool_t pool = pool_alloconly_create("coexist sent message", 512);
	struct sent_message *message = p_new(pool, struct sent_message, 1);

	message->pool = pool;
	message->sclient = sclient;
	message->message.input = data_input;
	/* before it is what Dovecot has added */
	message->message.size = sclient->client->state.data_size;
	message->message.offset = data_size - message->message.size;
	message->message.recipients = recipients_dup(pool, trans);
	message->message.client_waits = TRUE;
	i_stream_ref(data_input);
	DLLIST_PREPEND(&sclient->pending, message);
	smtp_server_command_add_hook(cmd, SMTP_SERVER_COMMAND_HOOK_REPLIED,
				     message_replied, message);
	smtp_server_command_add_hook(cmd, SMTP_SERVER_COMMAND_HOOK_DESTROY,
				     message_done, message);
}

static int
sent_cmd_data(struct client *client, struct smtp_server_cmd_ctx *cmd,
	      struct smtp_server_transaction *trans,
	      struct istream *data_input, uoff_t data_size)
{
	struct sent_client *sclient = SENT_CLIENT_CONTEXT(client);

	/* a message from nobody is no message of the owner's (RFC 5321, 4.5.5) */
	if (!smtp_address_isnull(trans->mail_from) &&
	    data_size >= client->state.data_size) {
		message_keep(sclient, cmd->cmd, trans, data_input, data_size);
	}
	return sclient->module_ctx.super.cmd_data(client, cmd, trans,
						  data_input, data_size);
}

static void sent_destroy(struct client *client)
{
	struct sent_client *sclient = SENT_CLIENT_CONTEXT(client);
	struct sent_message *message;

	for (message = sclient->pending; message != NULL;
	     message = message->next)
		message->sclient = NULL;
	messages_store(sclient);
	sclient->module_ctx.super.destroy(client);
}

void submission_sent_create(struct client *client)
{
	struct sent_client *sclient;

	if (!coexist_sent_copy_is_kept(client->user))
		return;
	sclient = p_new(client->pool, struct sent_client, 1);
	sclient->client = client;
	sclient->module_ctx.super = client->v;
	client->v.cmd_data = sent_cmd_data;
	client->v.destroy = sent_destroy;
	MODULE_CONTEXT_SET(client, submission_sent_module, sclient);
}
