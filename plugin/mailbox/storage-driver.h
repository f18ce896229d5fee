/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_STORAGE_DRIVER_H
#define COEXIST_STORAGE_DRIVER_H

#include "mail-storage-private.h"

/* Returns TRUE if the storage is imapc, whose mailboxes are on another IMAP
   server. It does some things otherwise than the storages of files do. */
static inline bool
coexist_storage_is_imapc(const struct mail_storage *storage)
{
	return strcmp(storage->name, "imapc") == 0;
}

/* Returns TRUE if the storage has a file for each message, of which a copy is one
   more name. */
static inline bool
coexist_storage_is_maildir(const struct mail_storage *storage)
{
	return strcmp(storage->name, "maildir") == 0;
}

/* Returns TRUE if the storage is sdbox, in which a message's file has its UID in its
   name. */
static inline bool
coexist_storage_is_sdbox(const struct mail_storage *storage)
{
	return strcmp(storage->name, "sdbox") == 0;
}

/* Returns TRUE if the storage is mdbox, whose messages of all mailboxes are in one
   index. */
static inline bool
coexist_storage_is_mdbox(const struct mail_storage *storage)
{
	return strcmp(storage->name, "mdbox") == 0;
}

/* Returns TRUE if the storage is the virtual plugin's, in which dovecot.conf says
   what mailboxes there are. */
static inline bool
coexist_storage_is_virtual(const struct mail_storage *storage)
{
	return strcmp(storage->name, "virtual") == 0;
}

/* Returns 0, or -1 with an error in the mailbox if its storage is pop3c, which
   can save nothing: the attempt panics in index_transaction_index_rollback(). */
static inline int coexist_storage_check_save(struct mailbox *box)
{
	if (strcmp(box->storage->name, "pop3c") != 0)
		return 0;
	mail_storage_set_error(box->storage, MAIL_ERROR_NOTPOSSIBLE,
			       "A POP3 server takes no messages");
	return -1;
}

#endif
