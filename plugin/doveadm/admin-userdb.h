/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_USERDB_H
#define COEXIST_ADMIN_USERDB_H

/* Questions to the userdbs, by auth's own protocol, in which doveadm is the service. */

/* Returns TRUE if Dovecot runs, and its auth process can be asked for users. */
bool coexist_admin_userdb_is_there(void);

/* Returns 1 and the name as auth normalises it, and the fields, from the pool; 0 if
   there is no such user; -1 if that can't be told. msecs is 0 for as long as auth
   takes. */
int coexist_admin_userdb_lookup(pool_t pool, const char *name,
				unsigned int msecs, const char **name_r,
				const char *const **fields_r);

/* Called for each user. Returns FALSE to end. */
typedef bool coexist_admin_userdb_list_t(const char *user, void *context);

/* Calls back for each user, until there are no more or it returned FALSE. Returns 0, or
   -1 if not all could be listed, or nobody can be asked. Logs nothing: most userdbs that can't list their users
   say so by an error, which is none of the command. msecs is 0 for as long as auth
   takes. */
int coexist_admin_userdb_list(unsigned int msecs,
			      coexist_admin_userdb_list_t *callback,
			      void *context);

#endif
