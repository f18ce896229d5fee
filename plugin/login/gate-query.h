/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_GATE_QUERY_H
#define COEXIST_GATE_QUERY_H

/* The query about the gate: doveadm asks the auth process where it decides about
   the logins of a service. It is a login by the socket auth-client that has this
   session, and fails in any case; the answer is a field of the failure. Without the
   gate there is none. */

#define COEXIST_GATE_QUERY_SESSION "coexist-gate-query"
#define COEXIST_GATE_QUERY_FIELD "coexist_gate"

/* Where Dovecot is about to let a login in. */
#define COEXIST_GATE_QUERY_REPLY "reply"
/* Among the passdbs, which all go on to it. */
#define COEXIST_GATE_QUERY_CHAIN "chain"
/* Among the passdbs, and some do not go on to it. */
#define COEXIST_GATE_QUERY_OPEN "open"
/* No passdb coexist is for this service. */
#define COEXIST_GATE_QUERY_NONE "none"

#endif
