/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_MAILBOX_WALK_H
#define COEXIST_MAILBOX_WALK_H

#include "admin-scope.h"

struct coexist_admin;
struct coexist_mail_functions;
struct mail_user;

/* Iteration over the mailboxes of a scope, for a command that is about the scope
   itself, and visits to some of them. */

struct coexist_mailbox_walk;

/* Called for each user's name. */
typedef void
coexist_mailbox_walk_t(struct coexist_mailbox_walk *walk, const char *name,
		       void *context);
/* Called with the user open and with the rights of the user, which may not read the
   store. functions are those of the mail module. */
typedef void
coexist_mailbox_visit_t(struct mail_user *user,
			const struct coexist_mail_functions *functions,
			void *context);

/* Opens the user, as doveadm's commands for many users do, and calls back, unless
   there is no such user any more. The rights are those of before, afterwards. Errors
   are logged and the exit code is set. */
void coexist_mailbox_visit(struct coexist_mailbox_walk *walk, const char *name,
			   coexist_mailbox_visit_t *callback, void *context);

/* Calls back for the mailbox, or for all of the domain or of everybody whom the userdb
   lists. Returns 0; or -1 if it could not be done for all of them, after errors were
   logged and the exit code set. */
int coexist_mailbox_walk(const struct coexist_admin *admin,
			 const struct coexist_admin_scope *scope,
			 coexist_mailbox_walk_t *callback, void *context);

#endif
