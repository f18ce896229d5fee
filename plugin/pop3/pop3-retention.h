#ifndef COEXIST_POP3_RETENTION_H
#define COEXIST_POP3_RETENTION_H

struct client;

/* pop3_keep_days in a POP3 session: CAPA says so, and what is due leaves the
   mailbox once the session is over and the connection closed. */

/* Returns the line for CAPA (RFC 2449 section 6.7), which lives as long as the
   client, or "". */
const char *pop3_retention_capability(struct client *client);

/* Called when the client has logged in. */
void pop3_retention_create(struct client *client);

#endif
