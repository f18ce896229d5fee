/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_INDEX_LOST_H
#define COEXIST_INDEX_LOST_H

#include "mail-storage-private.h"

/* Returns TRUE if the open mailbox' index is in memory because it could not be written,
   as on a full disk, and not because dovecot.conf wants it there. Dovecot takes no such
   commit for a failure. */
static inline bool coexist_mailbox_has_lost_index(struct mailbox *box)
{
	const char *path;

	return mail_index_is_in_memory(box->index) &&
		mailbox_get_path_to(box, MAILBOX_LIST_PATH_TYPE_INDEX,
				    &path) > 0;
}

#endif
