/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_WATCH_H
#define COEXIST_QUOTA_WATCH_H

struct mail;
struct mail_namespace;
struct mail_user;
struct mail_user_vfuncs;
struct mailbox;

/* Watch over a user's mailboxes: decides when the quota is looked at, at the start
   of a session, and after something was saved, copied or expunged. The storage's own
   functions only note that a look is due, because the quota can't be asked for while
   a mailbox is being changed. Sessions of clients look by a timeout, which debounces
   changes and waits until nothing is being saved; everybody looks at the user's end.
   doveadm and dsync do not look at all. */

/* To be called when the user is created, and the policy has put its functions into
   v (the user's functions of this module). Adds the hooks (user-hooks.h) to
   those who are to be told, if Dovecot's quota plugin is loaded. */
void coexist_quota_watch_user_created(struct mail_user *user,
				      struct mail_user_vfuncs *v);
/* Returns TRUE if the user is watched. Nobody becomes so twice. */
bool coexist_quota_watch_has(struct mail_user *user);
/* The hooks. */
void coexist_quota_watch_namespaces_created(struct mail_namespace *namespaces);
void coexist_quota_watch_mailbox_allocated(struct mailbox *box);
void coexist_quota_watch_mail_allocated(struct mail *mail);

#endif
