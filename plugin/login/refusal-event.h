/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_REFUSAL_EVENT_H
#define COEXIST_REFUSAL_EVENT_H

struct coexist_refusal_cause;
struct coexist_refused_login;
struct event;

/* The Dovecot event coexist_access_denied, one for each login that is refused, for
   metrics and event exporters: unlike the log's line it has no rate limit. Its fields
   are reason and scope, both of few values, protocol and user; what else there is to
   know of the login, the parent has. */

/* Sends the event as a child of this one. Sends none for a login that is only logged:
   nobody was denied anything. */
void coexist_refusal_event_send(struct event *parent,
				const struct coexist_refused_login *login,
				const struct coexist_refusal_cause *cause);

#endif
