/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_AUTH_QUERY_H
#define COEXIST_AUTH_QUERY_H

struct event;

/* A client of Dovecot's auth process (its socket auth-client), which asks for the
   gate: see gate-query.h. */

/* Connects. Returns NULL if nobody answers, which is so if Dovecot does not run. */
struct coexist_auth_query *coexist_auth_query_new(struct event *event);
/* NULL is allowed. */
void coexist_auth_query_free(struct coexist_auth_query *query);

/* Asks where the gate decides about the logins of a service. Returns 1 and the
   word, on the data stack; 0 if the auth process has no answer; -1 if it does not
   speak any more. */
int coexist_auth_query_gate(struct coexist_auth_query *query,
			    const char *service, const char **word_r);

#endif
