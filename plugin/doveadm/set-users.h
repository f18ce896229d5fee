/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SET_USERS_H
#define COEXIST_SET_USERS_H

struct coexist_admin;

/* doveadm coexist policy set -F: the same values for the mailboxes of a list, all of
   them or none. */

/* Returns TRUE if the command has the option -F. */
bool coexist_set_users_is_given(const struct coexist_admin *admin);
/* Sets the values for the mailboxes that the option's file names, one in a line. Errors
   are logged and the exit code is set. */
void coexist_set_users(struct coexist_admin *admin, const char *const *values);

#endif
