/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SESSION_END_H
#define COEXIST_SESSION_END_H

struct mail_namespace;
struct mail_user;

/* Hooks for the end of a session or delivery, outermost in the chain of the
   user's deinit_pre: before any other plugin ends, whatever the order in which
   plugins were loaded.

   A function that saves, copies or expunges messages at the end has to be one
   of these. In a place behind another plugin in that chain, what it saves comes
   to a plugin that has finished already: quota_clone, for one, asserts that
   nothing does. */

typedef void coexist_session_end_func_t(struct mail_user *user);

/* Calls the function when the user goes, while mailboxes can still be opened,
   and never for a user whose namespaces were not made. The function that was
   added last is called first. To be added when the user is created, or the POP3
   client. Returns FALSE, and will not call it, if the session was cancelled. */
bool coexist_session_end_add(struct mail_user *user,
			     coexist_session_end_func_t *func);
/* Returns TRUE if a function was added, so that the hook below is to be called. */
bool coexist_session_end_has(struct mail_user *user);
/* Calls no function for this user: the login is refused. */
void coexist_session_end_cancel(struct mail_user *user);

/* Hook. */
void coexist_session_end_namespaces_created(struct mail_namespace *namespaces);

#endif
