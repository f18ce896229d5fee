/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_OWNER_METADATA_H
#define COEXIST_OWNER_METADATA_H

struct mail_user;
struct mailbox;

/* The owner's choices as server annotations (RFC 5464): an IMAP client gets, sets,
   unsets and lists them by GETMETADATA and SETMETADATA, doveadm by `mailbox metadata`,
   and dsync takes them along. Neither needs a dict for attributes, nor the setting
   imap_metadata: our entries are handled before Dovecot asks for these.

   A transaction's entries are kept until it commits, and all are stored then or
   none. What a session may set is what is open to the owner; dsync takes along what
   is in the syntax of its key, as it may sleep here too. */

/* Adds the hook to the users for whom there is something to choose, or to take along. */
void coexist_owner_metadata_user_created(struct mail_user *user);
/* Hook. */
void coexist_owner_metadata_mailbox_allocated(struct mailbox *box);

#endif
