/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_AUTH_IDENTITY_H
#define COEXIST_AUTH_IDENTITY_H

struct coexist_doveconf_block;

/* Impersonation of the user that the auth process runs as, to find out what that
   user is allowed to do. */

/* Returns the name of the auth process' user. */
const char *
coexist_auth_identity(const struct coexist_doveconf_block *conf);

/* Returns FALSE and an error if it failed. */
typedef bool coexist_identity_try_t(void *context, const char **error_r);

/* Tries something as this user, for the file system and sockets. Returns what it
   returned, or FALSE and an error if doveadm can't be that user. */
bool coexist_identity_try(const char *user, coexist_identity_try_t *try,
			  void *context, const char **error_r);

#endif
