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

#endif
