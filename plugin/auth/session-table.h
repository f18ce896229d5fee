/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SESSION_TABLE_H
#define COEXIST_SESSION_TABLE_H

#include "policy-decision.h"

/* The session counts in a list of anvil: how many each user has by each
   protocol. */

struct coexist_session_table;

struct coexist_session_table *coexist_session_table_new(void);
/* NULL is allowed. */
void coexist_session_table_free(struct coexist_session_table *table);

/* Adds sessions. service is Dovecot's name of it; those of services that no
   policy is about are not counted. address is the client's, or empty. */
void coexist_session_table_add(struct coexist_session_table *table,
			       const char *user, const char *service,
			       const char *address, unsigned int count);

/* Returns the sessions by the protocol of the user, whose name is in lower case.
   webmail_networks tells webmail from IMAP. */
unsigned int
coexist_session_table_count(const struct coexist_session_table *table,
			    const char *user, enum coexist_protocol protocol,
			    const char *webmail_networks);

#endif
