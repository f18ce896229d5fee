/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_LIVE_H
#define COEXIST_POP3_LIVE_H

struct client;

/* The live enforcement (live-session.h) of POP3 sessions: those that have to end are
   told so by -ERR, and do not enter the UPDATE state (RFC 1939, section 6), so that
   nothing that they marked as deleted is removed. */

/* To be called when the client is created. */
void pop3_live_create(struct client *client);

/* The process begins to listen, and stops. */
void pop3_live_init(void);
void pop3_live_deinit(void);

#endif
