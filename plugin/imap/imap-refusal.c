/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in imap-refusal.h. */

#include "imap-common.h"
#include "imap-refusal.h"
#include "compat-process.h"
#include "ostream.h"
#include "session-guard.h"

#include <sys/socket.h>

/* The session ends as soon as it has looked for the input that came with the
   login, because its output is closed. What else Dovecot wants to say is not
   sent: some of that goes through the output, an internal error past it. */
void imap_refuse(struct client *client, const char *reason)
{
	client_send_line(client, t_strconcat("* BYE ", reason, NULL));
	(void)o_stream_flush(client->output);
	o_stream_close(client->output);
	(void)shutdown(client->fd_out, SHUT_WR);
	/* A session that wakes up from hibernation would look for no input: the
	   guard ends it. */
	if (!client->user->session_restored) {
		client->disconnect_reason =
			coexist_guard_take_over(client->user);
	}
}
