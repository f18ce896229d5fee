/* See the contract in pop3-events.h. */

#include "pop3-common.h"
#include "lib-event.h"
#include "mail-user.h"
#include "coexist-event.h"
#include "pop3-events.h"
#include "pop3-read-state.h"
#include "pop3-session.h"

/* Indexed by enum coexist_delete. */
static const char *const actions[] = { "expunge", "hide", "trash", "archive" };

static void
send_downloaded(const struct pop3_session *session, struct event *event)
{
	unsigned int count = pop3_read_state_count_downloads(session->read_state);

	if (count == 0)
		return;
	e_debug(event_create_passthrough(event)->
		set_name("coexist_pop3_downloaded")->
		add_int("messages", count)->event(),
		"coexist: %u messages were downloaded", count);
}

/* Dovecot counts what QUIT was to delete. */
static void
send_deleted(const struct pop3_session *session, struct event *event)
{
	const struct client *client = session->client;
	unsigned int failed = session->del.failed;
	unsigned int count = client->deleted_count;

	if (!client->quit_seen || count == 0 ||
	    (!client->delete_success && failed == 0))
		return;
	count -= I_MIN(count, failed);
	e_debug(event_create_passthrough(event)->
		set_name("coexist_pop3_deleted")->
		add_str("action", actions[session->del.action])->
		add_int("messages", count)->
		add_int("failed", failed)->event(),
		"coexist: %u messages were deleted (%s), %u could not be",
		count, actions[session->del.action], failed);
}

void pop3_events_send(const struct pop3_session *session)
{
	struct event *event = coexist_event_create(session->client->user);

	send_downloaded(session, event);
	send_deleted(session, event);
	event_unref(&event);
}
