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

#endif
