/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_OWNER_H
#define COEXIST_ADMIN_OWNER_H

struct coexist_admin;
struct coexist_admin_policy;
struct coexist_admin_scope;

/* The owner's choices, for an administrator: what was chosen, what holds of it, and to
   choose in the owner's place, within the same bounds. The mailbox is opened for it. */

#define COEXIST_ADMIN_OWNER_PARAM \
	COEXIST_PARAM('\0', "owner", CMD_PARAM_BOOL, 0)

/* Returns TRUE if the command is about them: --owner. */
bool coexist_admin_owner_is_asked(const struct coexist_admin *admin);

/* Prints what the owner chose, a row of key and value each. names are the keys, none for
   all. */
void coexist_admin_owner_print(struct coexist_admin *admin,
			       const char *const *names);
/* Chooses for the owner: KEY=VALUE each, or KEY alone to choose nothing. All or nothing.
   Errors are logged and the exit code set. */
void coexist_admin_owner_change(struct coexist_admin *admin,
				const char *const *values);

/* Makes what the owner of the mailbox chose hold in the policy, where it is open. Nothing
   else than the policy is looked at if nothing is open. */
void coexist_admin_owner_choose(const struct coexist_admin *admin,
				const struct coexist_admin_scope *scope,
				struct coexist_admin_policy *policy);

#endif
