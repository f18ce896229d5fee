/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in index-replaced.h. */

#include "lib.h"
#include "index-replaced.h"
#include "mail-index-private.h"
#include "mail-storage-private.h"
#include "mail-transaction-log-private.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Returns TRUE if the log is a later one of the same index, which begins a new log now
   and then. */
static bool
is_later(int fd, const struct mail_index *index,
	 const struct mail_transaction_log_file *head)
{
	struct mail_transaction_log_header hdr;

	return pread(fd, &hdr, sizeof(hdr), 0) == (ssize_t)sizeof(hdr) &&
		hdr.indexid == index->indexid &&
		hdr.file_seq > head->hdr.file_seq;
}

bool coexist_mailbox_has_replaced_index(struct mailbox *box)
{
	const struct mail_index *index = box->index;
	const struct mail_transaction_log_file *head;
	struct stat st;
	bool same;
	int fd;

	if (index == NULL || index->log == NULL || index->log->head == NULL ||
	    mail_index_is_in_memory(box->index))
		return FALSE;
	head = index->log->head;
	/* its number is nobody else's as long as it is open */
	if (stat(index->log->filepath, &st) == 0 && st.st_ino == head->st_ino &&
	    st.st_dev == head->st_dev)
		return FALSE;
	fd = open(index->log->filepath, O_RDONLY);
	if (fd == -1)
		return TRUE;
	same = is_later(fd, index, head);
	i_close_fd(&fd);
	return !same;
}
