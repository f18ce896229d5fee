/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_EVENTS_H
#define COEXIST_POP3_EVENTS_H

struct client;
struct pop3_delete;
struct pop3_read_state;

/* Sends the events coexist_pop3_downloaded and coexist_pop3_deleted for a session
   that is about to end, each if there was any of it (doc/journal.md). del is NULL
   if Dovecot deletes in its own way. */
void pop3_events_send(const struct client *client,
		      const struct pop3_read_state *read_state,
		      const struct pop3_delete *del);

#endif
