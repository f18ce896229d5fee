/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_USER_H
#define COEXIST_ADMIN_USER_H

#include "coexist/policy-keys.h"

struct coexist_admin;

/* The userdb's answer about a user. */
struct coexist_admin_user {
	/* as Dovecot's auth normalises it */
	const char *name;
	/* The fields coexist_<key> that the userdbs name themselves, NULL for
	   the others. */
	const char *userdb_texts[COEXIST_KEY_COUNT];
};

/* Looks the user up, with the options "user" and "force" of the command. With
   --force, a user who can't be found or looked up is taken as named. Everything
   is allocated from the admin's pool. Returns 0, or -1 after an error was
   logged and the exit code set. */
int coexist_admin_user_find(struct coexist_admin *admin, const char *name,
			    struct coexist_admin_user *user_r);

/* The same for one of many users, whom the userdb has listed, from a pool. Returns 1, 0
   if there is no such user any more, or -1 after an error was logged and the exit code
   set. */
int coexist_admin_user_look(const struct coexist_admin *admin, pool_t pool,
			    const char *name,
			    struct coexist_admin_user *user_r);

/* A userdb that is there has answered by then, though a look-up waits a minute for a
   database that is away. */
#define COEXIST_ADMIN_USERDB_MSECS (5 * 1000)

/* The two below are of use to a command that goes on without the answer: they wait for it
   COEXIST_ADMIN_USERDB_MSECS, and when one has failed, the userdb is asked no more. */

/* Reads what the userdbs say of the policy of a user by this very name, nothing if
   there is none; the texts are from the pool. Returns 0, or -1 if nobody can tell. */
int coexist_admin_user_read_texts(struct coexist_admin *admin,
				  pool_t pool, const char *name,
				  const char *texts_r[COEXIST_KEY_COUNT]);

/* Returns the user's name as Dovecot's auth normalises it, from the admin's pool, or
   as it is if the userdb does not know it or can't be asked. */
const char *coexist_admin_user_normalise(struct coexist_admin *admin,
					 const char *name);

/* Returns 1 if the userdb knows no user of this name, 0 if it does, or -1 if nobody can
   tell, after an error was logged and the exit code set. */
int coexist_admin_user_is_unknown(const struct coexist_admin *admin,
				  const char *name);
/* After a look-up has failed, which may be for this user alone: returns TRUE if nobody
   can be looked up. That takes seconds, while a look-up waits a minute for a database
   that is away. */
bool coexist_admin_userdb_is_away(const struct coexist_admin *admin);

#endif
