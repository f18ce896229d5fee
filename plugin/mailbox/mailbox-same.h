/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_MAILBOX_SAME_H
#define COEXIST_MAILBOX_SAME_H

#include "mail-storage-private.h"

#include <sys/stat.h>

static inline bool
coexist_mailbox_get_folder(struct mailbox *box, struct stat *st_r)
{
	const char *path;

	return mailbox_get_path_to(box, MAILBOX_LIST_PATH_TYPE_MAILBOX,
				   &path) > 0 && stat(path, st_r) == 0;
}

/* Returns TRUE if two mailboxes have the same messages, because they are one or
   because one is a symbolic link to the other. */
static inline bool
coexist_mailbox_is_same(struct mailbox *a, struct mailbox *b)
{
	struct stat st_a, st_b;

	if (mailbox_backends_equal(a, b))
		return TRUE;
	return coexist_mailbox_get_folder(a, &st_a) &&
		coexist_mailbox_get_folder(b, &st_b) &&
		st_a.st_ino == st_b.st_ino && st_a.st_dev == st_b.st_dev;
}

#endif
