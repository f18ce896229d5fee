#ifndef COEXIST_QUOTA_WATCH_H
#define COEXIST_QUOTA_WATCH_H

struct mail;
struct mail_namespace;
struct mail_user;
struct mailbox;

/* When the mailbox of a user is looked at: at the start of a session, and
   after what was saved, copied or expunged. The storage's own functions only
   note that it is due, because the quota can't be asked for while a mailbox
   is being changed; a timeout in the sessions of clients, which waits until
   nothing is being saved, and the user's end everywhere, look at it. doveadm and
   dsync do not look at all. */

/* For the hooks. */
void coexist_quota_watch_user_created(struct mail_user *user);
void coexist_quota_watch_namespaces_created(struct mail_namespace *namespaces);
void coexist_quota_watch_mailbox_allocated(struct mailbox *box);
void coexist_quota_watch_mail_allocated(struct mail *mail);

#endif
