/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_USER_HOOKS_H
#define COEXIST_USER_HOOKS_H

struct mail_storage_hooks;
struct mail_user;
struct module;

/* The hooks of the module's parts, each in the users that it has something to do
   for. Dovecot calls all hooks of a module for each user, mailbox and message of
   a process, and each struct costs a login some hundred instructions. So it
   knows one, and those of the parts are added to a user who needs them.

   They are structs of their own because Dovecot chains what each struct
   overrides: a hook that overrides the functions of a mailbox twice loses the
   first (doc/dovecot-notes.md, Storage). */

/* In the order in which they are called: the first is outermost in each chain of
   functions. */
enum coexist_hooks_part {
	/* the one that Dovecot knows */
	COEXIST_HOOKS_MODULE,
	COEXIST_HOOKS_GUARD,
	COEXIST_HOOKS_USE_NOTE,
	COEXIST_HOOKS_JOURNAL,
	COEXIST_HOOKS_SESSION_END,
	COEXIST_HOOKS_QUOTA,
	COEXIST_HOOKS_SENT,
	COEXIST_HOOKS_OWNER,
	COEXIST_HOOKS_DSYNC,
	/* before the others of POP3: a refused session does nothing */
	COEXIST_HOOKS_POP3_REFUSAL,
	/* before those that ask which mailbox is the maildrop */
	COEXIST_HOOKS_POP3_FOLDERS,
	/* of all that override another function of the maildrop */
	COEXIST_HOOKS_POP3_MAILDROP,
	COEXIST_HOOKS_POP3_DELETE,
	COEXIST_HOOKS_POP3_LOGIN_DELAY,
	COEXIST_HOOKS_COUNT
};

/* Gives Dovecot the hooks of COEXIST_HOOKS_MODULE. The list has all parts and lives as
   long as the module. */
void coexist_user_hooks_init(struct module *module,
			     const struct mail_storage_hooks *const *parts);
void coexist_user_hooks_deinit(void);

/* Adds the part's hooks to the user, behind the module's own and in the order of the
   parts, whenever they come. Objects that were created before do not have them:
   to be called when the user is created, or before the user has namespaces.
   Does nothing if the user has them, or has none of ours. mail_user_created is
   not called any more. */
void coexist_user_hooks_add(struct mail_user *user,
			    enum coexist_hooks_part part);

/* Between these two, what is added to the user is collected and then added at once: a
   list for each part would cost a login some 400 instructions. Of another user who
   comes in between nothing is collected. */
void coexist_user_hooks_begin(struct mail_user *user);
void coexist_user_hooks_commit(struct mail_user *user);

#endif
