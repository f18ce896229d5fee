/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-events.h. */

#include "pop3-common.h"
#include "lib-event.h"
#include "mail-user.h"
#include "coexist-event.h"
#include "pop3-events.h"
#include "pop3-delete.h"
#include "pop3-delete-policy.h"
#include "pop3-read-state.h"

static void downloaded_send(struct event *event, unsigned int count)
{
	if (count == 0)
		return;
	e_debug(event_create_passthrough(event)->
		set_name("coexist_pop3_downloaded")->
		add_int("messages", count)->event(),
		"coexist: %u messages were downloaded", count);
}

/* Dovecot counts what QUIT was to delete. */
static void
deleted_send(struct event *event, const struct client *client,
	     const struct pop3_delete_result *result)
{
	const char *action = pop3_delete_action_name(result->action);
	unsigned int failed = result->failed;
	unsigned int count = client->deleted_count;

	if (!client->quit_seen || count == 0 ||
	    (!client->delete_success && failed == 0))
		return;
	count -= I_MIN(count, failed);
	e_debug(event_create_passthrough(event)->
		set_name("coexist_pop3_deleted")->
		add_str("action", action)->
		add_int("messages", count)->
		add_int("failed", failed)->event(),
		"coexist: %u messages were deleted (%s), %u could not be",
		count, action, failed);
}

void pop3_events_send(const struct client *client,
		      const struct pop3_read_state *read_state,
		      const struct pop3_delete *del)
{
	struct event *event = coexist_event_create(client->user);
	struct pop3_delete_result result = { .action = COEXIST_DELETE_EXPUNGE };

	if (del != NULL)
		result = pop3_delete_get_result(del);
	downloaded_send(event, pop3_read_state_count_downloads(read_state));
	deleted_send(event, client, &result);
	event_unref(&event);
}
