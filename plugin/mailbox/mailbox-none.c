/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in mailbox-none.h. */

#include "lib.h"
#include "mailbox-none.h"
#include "mail-storage-private.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A mailbox is a folder, but an mbox is a file. */
static bool is_forbidden(const char *path)
{
	struct stat st;
	int mode = stat(path, &st) == 0 && !S_ISDIR(st.st_mode) ?
		R_OK : R_OK | X_OK;

	return faccessat(AT_FDCWD, path, mode, AT_EACCESS) < 0 &&
		errno != ENOENT;
}

/* Returns TRUE if the operating system does not let us have the mailbox, and no ACL. */
static bool is_unreachable(struct mailbox *box)
{
	static const enum mailbox_list_path_type types[] = {
		MAILBOX_LIST_PATH_TYPE_MAILBOX, MAILBOX_LIST_PATH_TYPE_INDEX,
		MAILBOX_LIST_PATH_TYPE_CONTROL
	};
	const char *path;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(types); i++) {
		if (mailbox_get_path_to(box, types[i], &path) > 0 &&
		    is_forbidden(path))
			return TRUE;
	}
	return FALSE;
}

bool coexist_mailbox_is_none(struct mailbox *box, enum mail_error error)
{
	return error == MAIL_ERROR_NOTFOUND ||
		(error == MAIL_ERROR_PERM && !is_unreachable(box));
}
