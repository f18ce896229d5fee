/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SPECIAL_MAILBOX_H
#define COEXIST_SPECIAL_MAILBOX_H

#include "coexist/policy-keys.h"

struct mailbox;
struct mail_user;

/* Opens the special mailbox (RFC 6154) that pop3_delete moves messages to, for
   trash or archive. The Trash is, in this order: the mailbox that exists with
   this special use, the one that dovecot.conf names for it, the default name in
   the namespace of INBOX. The archive is the site's archive_mailbox. A mailbox
   that does not exist is created and subscribed.

   Returns the mailbox, which the caller frees. *ret_r is 0, or -1 with the error
   in the mailbox if it could not be opened. */
struct mailbox *
coexist_delete_target_open(struct mail_user *user, enum coexist_delete action,
			   int *ret_r);

/* Opens the mailbox for copies of what the user sends (RFC 6154, \Sent), as the
   above does: it is created if there is none, with the name that dovecot.conf has
   for it, or Sent. */
struct mailbox *coexist_sent_mailbox_open(struct mail_user *user, int *ret_r);
/* Opens it for messages that are known to be ours, whatever the ACL says; *ret_r is
   -1 if it does not exist. */
struct mailbox *coexist_sent_mailbox_find(struct mail_user *user, int *ret_r);
/* Opens the mailbox to which the action, trash or archive, moves messages, for reading
   alone; *ret_r is -1 if it does not exist. */
struct mailbox *coexist_delete_target_find(struct mail_user *user,
					   enum coexist_delete action,
					   int *ret_r);
/* Returns the full name of the mailbox to which pop3_delete=archive moves messages, whether
   it exists or not, on the data stack. */
const char *coexist_archive_mailbox_name(struct mail_user *user);
/* Returns after how many days, begun ones counted, Dovecot expunges what is in the
   mailbox by itself (autoexpunge), or 0. */
unsigned int coexist_mailbox_autoexpunge_days(struct mailbox *box);
/* Opens the mailbox for junk (RFC 6154, \Junk), or that with the name Junk, for reading
   alone; *ret_r is -1 if it does not exist. */
struct mailbox *coexist_junk_mailbox_find(struct mail_user *user, int *ret_r);

/* Returns TRUE if the mailbox has this special use by dovecot.conf, or is the one
   that is made for \Sent where dovecot.conf names none. */
bool coexist_mailbox_is_special(struct mailbox *box, const char *special_use);

#endif
