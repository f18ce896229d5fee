/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_USERDB_LIST_H
#define COEXIST_USERDB_LIST_H

/* The iteration of all users that the userdbs list. */

/* Called for each user. Returns FALSE to end. */
typedef bool coexist_userdb_list_t(const char *user, void *context);

/* Calls back for each user, until there are no more or it returned FALSE. Returns 0, or
   -1 if not all could be listed. Logs nothing: most userdbs that can't list their users
   say so by an error, which is none of the command. msecs is 0 for as long as auth
   takes. */
int coexist_userdb_list(unsigned int msecs, coexist_userdb_list_t *callback,
			void *context);

#endif
