/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_IMAP_ALERT_H
#define COEXIST_IMAP_ALERT_H

struct client;

/* The alert of an IMAP session: what alert.h has for the owner is sent as
   * OK [ALERT] (RFC 9051, section 7.1), after the login, and when the mailbox
   changes, also in IDLE. */

/* To be called when the client is created. Does nothing to sessions whose policy
   has no alerts. */
void imap_alert_create(struct client *client);

#endif
