#ifndef STORAGE_IMAPC_H
#define STORAGE_IMAPC_H

#include "mail-storage-private.h"

/* Returns TRUE if the storage is imapc, whose mailboxes are on another IMAP
   server. It does some things otherwise than the storages of files do. */
static inline bool
coexist_storage_is_imapc(const struct mail_storage *storage)
{
	return strcmp(storage->name, "imapc") == 0;
}

#endif
