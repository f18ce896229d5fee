/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_IMAP_REFUSAL_H
#define COEXIST_IMAP_REFUSAL_H

struct client;

/* The refusal of an IMAP session that the guard (session-guard.h) does not let
   go on. Ending the session where its client is created would crash Dovecot. */

/* Answers the login with BYE and the reason when the client is created. Nothing
   else is sent any more, and the session ends by itself. */
void imap_refuse(struct client *client, const char *reason);

#endif
