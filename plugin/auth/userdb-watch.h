/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_USERDB_WATCH_H
#define COEXIST_USERDB_WATCH_H

struct auth_request;
struct coexist_gate;
struct passdb_module;

/* The watch at the end of each userdb look-up of the auth process: it hands the
   policy over without a userdb of ours, and behind all the others, whose fields
   coexist_<key> are narrower than some documents and which may say that the mailbox
   has another name.

   Dovecot has no hook there. But every look-up begins with the first userdb of its
   struct auth, to which it brings the function that gets the answer of the last one
   (auth_request_lookup_user() in auth/auth-request.c, the same from 2.3.19 to 2.4.5).
   So the look-up of the first userdb's driver is ours: it puts our function in the
   place of the other and goes on as Dovecot would. Two things would pass it by. The
   auth cache answers before the driver is asked: what it knows is asked for by a
   copy of the userdb, as the watched one seems to have no cache. A driver of the
   worker processes is not asked here: it seems to be none of them, and its look-up
   is sent there by us.

   It costs a look-up some hundred instructions; our own userdb, 15,000. */

/* Watches the userdbs of all protocols that have this passdb, which is to be called
   when that is initialized, before the userdbs are. Does nothing in a worker
   process, which has the same configuration. */
void coexist_userdb_watch_start(const struct passdb_module *passdb,
				struct coexist_gate *gate);
/* The gate goes. Look-ups that begin or end from now on fail. */
void coexist_userdb_watch_end(const struct coexist_gate *gate);

/* Returns TRUE if the request's look-up is watched. */
bool coexist_userdb_is_watched(const struct auth_request *request);

#endif
