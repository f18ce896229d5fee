/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_RETENTION_H
#define COEXIST_POP3_RETENTION_H

struct client;
struct mailbox;
struct mailbox_vfuncs;

/* Retention in a POP3 session, by pop3_keep_days: CAPA announces the days, and
   messages that are due leave the mailbox once the session is over and the
   connection closed. A session in whose maildrop nothing is due ends without
   opening it once more. */

/* Returns the line for CAPA (RFC 2449 section 6.7), which lives as long as the
   client, or "": the days that a message is kept and shown at least, 0 if it leaves
   with the session that downloads it. */
const char *pop3_retention_capability(struct client *client);

/* Called when the client has logged in. */
void pop3_retention_create(struct client *client);

/* Hook; v has the functions to override (pop3-box.h). */
void pop3_retention_mailbox_allocated(struct mailbox *box,
				      struct mailbox_vfuncs *v);

#endif
