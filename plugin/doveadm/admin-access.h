/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_ACCESS_H
#define COEXIST_ADMIN_ACCESS_H

struct coexist_admin;
struct coexist_store;

/* The permissions of the store: doveadm writes as root what the auth process reads
   as another user. */

/* Returns the name of the user that the auth process runs as. */
const char *coexist_admin_auth_user(const struct coexist_admin *admin);

/* Returns TRUE unless it is a store of files whose prefix does not end with a slash:
   the files' names begin with it then, and it is no folder. */
bool coexist_admin_prefix_is_folder(const struct coexist_store *store);
#define COEXIST_REMEDY_PREFIX "End the prefix of the store with a slash"

/* Makes the folder of a store of files, if there is none, so that this user can read
   what is stored in it. Returns 0, or -1 and an error. */
int coexist_admin_store_prepare(const struct coexist_admin *admin,
				const char *user, const char **error_r);
/* Reads the store's key as this user. Returns FALSE if that user can't, with an
   error that has the commands of the remedy. What can't be tried, because doveadm
   is not root, counts as readable. */
bool coexist_admin_store_is_readable(const struct coexist_admin *admin,
				     const char *user, const char *key,
				     const char **error_r);
/* Returns FALSE if the key is in a store of files and the auth process' user can't
   read it, with an error as above. */
bool coexist_admin_store_is_heard(const struct coexist_admin *admin,
				  const char *key, const char **error_r);

#endif
