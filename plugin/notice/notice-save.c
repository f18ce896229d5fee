/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in notice-save.h. */

#include "lib.h"
#include "notice-save.h"
#include "istream.h"
#include "mail-storage-private.h"
#include "seq-range-array.h"
#include "str.h"
#include "notice-place.h"
#include "storage-driver.h"

static struct mailbox_transaction_context *
transaction_begin(struct mailbox *box)
{
	struct mail_user *user = box->storage->user;
	struct mailbox_transaction_context *t;
	bool dsyncing = user->dsyncing;

	/* The one way in which the quota plugin of every version, and whatever
	   asks it to make room, counts a message and never refuses it. */
	user->dsyncing = TRUE;
	t = mailbox_transaction_begin(box, MAILBOX_TRANSACTION_FLAG_EXTERNAL |
				      /* no quota_warning */
				      MAILBOX_TRANSACTION_FLAG_SYNC |
				      MAILBOX_TRANSACTION_FLAG_NO_NOTIFY |
				      MAILBOX_TRANSACTION_FLAG_ASSIGN_UIDS,
				      "coexist notice");
	user->dsyncing = dsyncing;
	return t;
}

static int
save_in(struct mailbox_transaction_context *t, struct istream *input)
{
	struct mail_save_context *save = mailbox_save_alloc(t);

	if (mailbox_save_begin(&save, input) < 0)
		return -1;
	do {
		if (mailbox_save_continue(save) < 0) {
			mailbox_save_cancel(&save);
			return -1;
		}
	} while (i_stream_read(input) > 0);
	return mailbox_save_finish(&save);
}

/* Returns the size with CRLF at the end of each line. */
static uint64_t virtual_size(const string_t *message)
{
	const unsigned char *data = str_data(message);
	size_t i, size = str_len(message);
	uint64_t added = 0;

	for (i = 0; i < size; i++) {
		if (data[i] == '\n' && (i == 0 || data[i - 1] != '\r'))
			added++;
	}
	return size + added;
}

static int
commit(struct mailbox_transaction_context **t,
       struct coexist_notice_place *place_r)
{
	struct mail_transaction_commit_changes changes;
	struct seq_range_iter iter;

	if (mailbox_transaction_commit_get_changes(t, &changes) < 0)
		return -1;
	place_r->uidvalidity = changes.uid_validity;
	seq_range_array_iter_init(&iter, &changes.saved_uids);
	if (!seq_range_array_iter_nth(&iter, 0, &place_r->uid))
		place_r->uid = 0;
	pool_unref(&changes.pool);
	return 0;
}

int coexist_notice_save(struct mailbox *inbox, const string_t *message,
			struct coexist_notice_place *place_r)
{
	struct mailbox_transaction_context *t;
	struct istream *input;
	int ret;

	if (coexist_storage_check_save(inbox) < 0 || mailbox_open(inbox) < 0)
		return -1;
	t = transaction_begin(inbox);
	input = i_stream_create_from_data(str_data(message), str_len(message));
	ret = save_in(t, input);
	i_stream_unref(&input);
	if (ret < 0) {
		mailbox_transaction_rollback(&t);
		return -1;
	}
	place_r->size = virtual_size(message);
	return commit(&t, place_r);
}
