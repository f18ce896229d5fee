#ifndef COEXIST_SPECIAL_MAILBOX_H
#define COEXIST_SPECIAL_MAILBOX_H

#include "coexist/policy-keys.h"

struct mailbox;
struct mail_user;

/* Opens the user's mailbox for a special use (RFC 6154) such as "\\Trash", to
   save into. It is, in this order: the one that exists with this use, the one
   that dovecot.conf names for it, the fallback in the namespace of INBOX. One
   that does not exist is created and subscribed. A NULL special_use leaves
   only the fallback.

   Returns the mailbox, which the caller frees, with the error set in it if it
   could not be opened. */
struct mailbox *
coexist_special_mailbox_open(struct mail_user *user, const char *special_use,
			     const char *fallback, int *ret_r);

/* The same for where pop3_delete moves messages; only for trash and archive. */
struct mailbox *
coexist_delete_target_open(struct mail_user *user, enum coexist_delete action,
			   int *ret_r);

#endif
