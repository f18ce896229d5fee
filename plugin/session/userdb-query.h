/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_USERDB_QUERY_H
#define COEXIST_USERDB_QUERY_H

struct mail_user;

/* An asynchronous look-up of a session's user in the userdb, by the auth process.
   Dovecot's own client for that (auth-master.h) waits in an ioloop of its own, in
   which no other session of the process goes on.

   Each look-up has a connection of its own, which lives as long: thousands of idle
   sessions keep none. The connection of a session that ends meanwhile stays until auth has
   answered where auth needs that (compat-user.h), and is waited for when the process
   ends. */
struct coexist_userdb_query;

/* Called once, from the ioloop: with the fields, NULL-terminated, or NULL and what
   happened if there is no answer or no such user. The query is gone by then. */
typedef void
coexist_userdb_query_callback_t(const char *const *fields, const char *error,
				void *context);

/* Asks, and adds forward_fields to the question. Returns NULL and an error if auth
   can't even be asked. */
struct coexist_userdb_query *
coexist_userdb_query_new(struct mail_user *user, const char *forward_fields,
			 coexist_userdb_query_callback_t *callback,
			 void *context, const char **error_r);
/* Does not call back any more. *query may be NULL. */
void coexist_userdb_query_abort(struct coexist_userdb_query **query);
/* The process ends: waits for the answers that nobody calls for any more, at most as long
   as auth gives its worker processes. */
void coexist_userdb_query_deinit(void);

#endif
