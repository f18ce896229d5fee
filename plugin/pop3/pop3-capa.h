/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_CAPA_H
#define COEXIST_POP3_CAPA_H

struct client;

/* A filter stream that adds the policy's capabilities to Dovecot's answer to
   CAPA (RFC 2449): EXPIRE of pop3_keep_days and LOGIN-DELAY of
   pop3_login_delay. */

/* Puts the filter before the client's output if the policy has any of them. To
   be called when the client has logged in. */
void pop3_capa_create(struct client *client);

#endif
