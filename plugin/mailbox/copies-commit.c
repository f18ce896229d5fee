/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in copies-commit.h. */

#include "lib.h"
#include "array.h"
#include "seq-range-array.h"
#include "mail-index-private.h"
#include "mail-index-transaction-private.h"
#include "mail-storage-private.h"
#include "index-lost.h"
#include "copies-commit.h"

#define COPIES_COMMIT_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, copies_commit_module)

/* A transaction of the target, while it is committed. */
struct copies_commit {
	union mail_index_transaction_module_context module_ctx;
	struct mail_storage *storage;
	/* what it left in the storage although it succeeded */
	enum mail_error error;
	char *error_text;
};

static MODULE_CONTEXT_DEFINE_INIT(copies_commit_module,
				  &mail_index_module_register);

void coexist_copies_take_back(struct mailbox *target,
			      const ARRAY_TYPE(seq_range) *uids)
{
	struct mailbox_transaction_context *t;
	struct seq_range_iter iter;
	struct mail *mail;
	unsigned int n = 0;
	uint32_t uid;

	if (mailbox_sync(target, 0) < 0)
		return;
	t = mailbox_transaction_begin(target, 0, "coexist move");
	mail = mail_alloc(t, 0, NULL);
	seq_range_array_iter_init(&iter, uids);
	while (seq_range_array_iter_nth(&iter, n++, &uid)) {
		if (mail_set_uid(mail, uid))
			mail_expunge(mail);
	}
	mail_free(&mail);
	if (mailbox_transaction_commit(&t) == 0)
		(void)mailbox_sync(target, 0);
}

/* Looks for errors in what Dovecot itself does: once that is done, plugins look
   at other mailboxes of the same storage, as quota does for its warnings, and
   leave errors of these in it. An error that was there before is imapc's, which
   has asked its server by now and fails when this is over. */
static int
index_commit(struct mail_index_transaction *t,
		  struct mail_index_transaction_commit_result *result_r)
{
	struct copies_commit *commit = COPIES_COMMIT_CONTEXT(t);
	struct mail_storage *storage = commit->storage;
	enum mail_error before = storage->error;
	const char *before_text = t_strdup(storage->error_string);

	mail_storage_clear_error(storage);
	if (commit->module_ctx.super.commit(t, result_r) < 0)
		return -1;
	if (storage->error != MAIL_ERROR_NONE) {
		commit->error_text = i_strdup(
			mail_storage_get_last_error(storage, &commit->error));
	} else if (before != MAIL_ERROR_NONE) {
		mail_storage_set_error(storage, before, before_text);
	}
	return 0;
}

static void commit_watch(struct copies_commit *commit_r,
			 struct mailbox_transaction_context *t)
{
	i_zero(commit_r);
	commit_r->storage = t->box->storage;
	commit_r->module_ctx.super = t->itrans->v;
	t->itrans->v.commit = index_commit;
	MODULE_CONTEXT_SET(t->itrans, copies_commit_module, commit_r);
}

/* Returns -1 with the error in the target if something of what was just
   committed could not be stored. Dovecot itself takes it for less than a failure
   if that is the name of a keyword, and if it is all of the index, which is
   kept in memory then, as it is when the disk is full. */
static int check_stored(struct mailbox *target,
			const struct copies_commit *commit)
{
	if (commit->error != MAIL_ERROR_NONE) {
		mail_storage_set_error(target->storage, commit->error,
				       commit->error_text);
		return -1;
	}
	if (coexist_mailbox_has_lost_index(target)) {
		mail_storage_set_error(target->storage, MAIL_ERROR_TEMP,
				       "Can't write the index");
		return -1;
	}
	return 0;
}

int coexist_copies_commit(struct mailbox_transaction_context **t,
			  ARRAY_TYPE(seq_range) *target_uids)
{
	struct mailbox *target = (*t)->box;
	struct mail_transaction_commit_changes changes;
	struct copies_commit commit;
	int ret;

	commit_watch(&commit, *t);
	ret = mailbox_transaction_commit_get_changes(t, &changes);
	if (ret == 0) {
		ret = check_stored(target, &commit);
		if (ret < 0) {
			mail_storage_last_error_push(target->storage);
			coexist_copies_take_back(target,
						 &changes.saved_uids);
			mail_storage_last_error_pop(target->storage);
		} else {
			seq_range_array_merge(target_uids,
					      &changes.saved_uids);
		}
		pool_unref(&changes.pool);
	}
	i_free(commit.error_text);
	return ret;
}
