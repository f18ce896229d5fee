/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in sdbox-file.h. */

#include "lib.h"
#include "mail-storage-private.h"
#include "sdbox-file.h"
#include "storage-driver.h"

#include <sys/stat.h>

bool coexist_sdbox_has_file(struct mailbox *box, uint32_t uid)
{
	const char *path;
	struct stat st;
	int ret;

	if (!coexist_storage_is_sdbox(box->storage) ||
	    mailbox_get_path_to(box, MAILBOX_LIST_PATH_TYPE_MAILBOX,
				&path) <= 0)
		return FALSE;
	T_BEGIN {
		ret = stat(t_strdup_printf("%s/u.%u", path, uid), &st);
	} T_END;
	return ret == 0;
}
