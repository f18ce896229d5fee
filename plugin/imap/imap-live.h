/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_IMAP_LIVE_H
#define COEXIST_IMAP_LIVE_H

struct client;

/* The live enforcement (live-session.h) of IMAP sessions: those that have to end are
   told so by * BYE (RFC 9051, section 7.1.5). */

/* To be called when the client is created. */
void imap_live_create(struct client *client);

/* The process begins to listen, and stops. */
void imap_live_init(void);
void imap_live_deinit(void);

#endif
