#ifndef COEXIST_POP3_EVENTS_H
#define COEXIST_POP3_EVENTS_H

struct pop3_session;

/* Sends the events coexist_pop3_downloaded and coexist_pop3_deleted for a session
   that is about to end, each if there was any of it (doc/journal.md). */
void pop3_events_send(const struct pop3_session *session);

#endif
