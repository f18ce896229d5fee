/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_LOGIN_DELAY_H
#define COEXIST_POP3_LOGIN_DELAY_H

struct client;
struct mail_namespace;
struct mailbox;
struct mailbox_vfuncs;

/* The login delay of POP3, pop3_login_delay: a rate limit, the least time between
   two logins (RFC 2449 section 6.5).

   The time of the last login is kept in the mailbox, so the decision waits until
   the namespaces are there. The greeting is held back meanwhile
   (pop3-greeting.h). Then the client gets the +OK, or -ERR [LOGIN-DELAY] and the
   connection is closed. A session that was shown a message that no session
   before it was shown, or that has deleted one, does not count. */

/* Called when the client has logged in. Does nothing if there is no delay. */
void pop3_login_delay_create(struct client *client);

/* Returns the line for CAPA (RFC 2449 section 6.5), which lives as long as the
   client, or "" if no login has to wait. */
const char *pop3_login_delay_capability(struct client *client);

/* Hooks; v has the functions to override (pop3-box.h). */
void pop3_login_delay_namespaces_created(struct mail_namespace *namespaces);
void pop3_login_delay_mailbox_allocated(struct mailbox *box,
					struct mailbox_vfuncs *v);

#endif
