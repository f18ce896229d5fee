/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_RECHECK_QUERY_H
#define COEXIST_RECHECK_QUERY_H

/* The query by which an open session asks the auth process whether the policy still
   lets it go on (revalidation). It is a look-up of the user in the userdb that has
   one more parameter, forward_fields=coexist_recheck=<word>,<word>…, with what the
   auth process can't know of a session.

   Where the auth process has the gate, the answer is a hand-over (policy-handover.h)
   and nothing else that the userdb says, so that it is short and tells nothing of
   anybody: with the item "refusal" if the session has to end. Otherwise it is what the
   userdb says, and the session decides by that. */

#define COEXIST_RECHECK_FIELD "coexist_recheck"

/* The client's connection is TLS. */
#define COEXIST_RECHECK_TLS "tls"
/* It is a program on this host that nobody logged in to: it has no address. */
#define COEXIST_RECHECK_LOCAL "local"
/* Somebody else logged in to this mailbox, a master user. */
#define COEXIST_RECHECK_MASTER "master"
/* The gate took the login for one of webmail. */
#define COEXIST_RECHECK_WEBMAIL "webmail"
/* Nobody has said that the policy changed: it is only time to look. */
#define COEXIST_RECHECK_TIMED "timed"
/* seen=<word>: what the last answer had in the item "documents". */
#define COEXIST_RECHECK_SEEN "seen="
/* age=<seconds>: how long ago the session began. */
#define COEXIST_RECHECK_AGE "age="
/* clock=<seconds>: the clock of this host was set since the session began, to a later
   time than it would have by so many, or to an earlier one. */
#define COEXIST_RECHECK_CLOCK "clock="
/* uid=<number>: who asks, for a userdb that has no uid: Dovecot would answer its look-ups
   to root alone, unless the socket has the mode 0777. */
#define COEXIST_RECHECK_UID "uid="

#endif
