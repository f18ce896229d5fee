/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in retention-batch.h. */

#include "lib.h"
#include "retention-batch.h"
#include "array.h"
#include "mail-storage-private.h"
#include "mail-move.h"
#include "move-intent.h"
#include "private-flags.h"
#include "retention-due.h"
#include "retention-count.h"
#include "uid-list.h"

/* How many messages leave in one transaction: few enough that others do not wait
   for its locks, and that it does not take long to stop. */
#define BATCH_SIZE 500

/* Copies the messages to the target. Leaves those that arrived in the list, and
   returns the log of that. */
static struct coexist_move_intent *
batch_move(struct coexist_retention *ret, struct coexist_move *move,
	   ARRAY_TYPE(uint32_t) *uids)
{
	struct coexist_move_intent *intent =
		coexist_move_intent_begin(move, uids);
	ARRAY_TYPE(seq_range) arrived;
	struct seq_range_iter iter;
	const uint32_t *all;
	unsigned int count, n = 0;
	uint32_t uid;

	all = array_get(uids, &count);
	coexist_move_copy(move, all, count);
	i_array_init(&arrived, 8);
	coexist_move_get_arrived(move, &arrived);
	array_clear(uids);
	seq_range_array_iter_init(&iter, &arrived);
	while (seq_range_array_iter_nth(&iter, n++, &uid))
		array_push_back(uids, &uid);
	array_free(&arrived);
	if (move->failed > 0) {
		ret->result->stayed += move->failed;
		ret->result->error = move->error;
		i_free(ret->error_text);
		ret->error_text = i_strdup(move->error_text);
	}
	return intent;
}

/* Returns the UID that the copy has, or 0. */
static uint32_t copy_uid(const struct coexist_move *move, uint32_t uid)
{
	unsigned int i;

	for (i = 0; i < array_count(&move->found); i++) {
		if (*array_idx(&move->found, i) == uid)
			return *array_idx(&move->found_target, i);
	}
	/* in ascending order here and there */
	return coexist_uid_list_map(&move->uids, &move->target_uids, uid);
}

/* The messages could not be expunged. */
static void
batch_take_back(struct coexist_retention *ret, const struct coexist_move *move)
{
	ARRAY_TYPE(seq_range) uids, target_uids;

	i_array_init(&uids, 8);
	i_array_init(&target_uids, 8);
	coexist_move_get_arrived(move, &uids);
	coexist_move_get_target(move, &target_uids);
	coexist_move_take_back(ret->box, ret->uidvalidity, ret->target, &uids,
			       &target_uids);
	array_free(&target_uids);
	array_free(&uids);
}

/* The messages have left INBOX, if neither their commit nor the sync failed. */
static void
batch_move_end(struct coexist_move_intent **intent,
	       const ARRAY_TYPE(uint32_t) *uids, int status)
{
	ARRAY_TYPE(seq_range) expunged;
	uint32_t uid;

	i_array_init(&expunged, 8);
	if (status == 0) {
		array_foreach_elem(uids, uid)
			seq_range_array_add(&expunged, uid);
	}
	coexist_move_intent_end(intent, &expunged);
	array_free(&expunged);
}

/* Returns TRUE if the message is still due: others may have changed it since it
   was found. */
static bool
is_still_due(struct coexist_retention *ret, struct mail *mail, uint32_t uid)
{
	return mail_set_uid(mail, uid) &&
		coexist_due_since(ret, mail, mail->seq) != 0;
}

/* Adds those of the messages that are still due. */
static void
batch_select(struct coexist_retention *ret, struct mail *mail,
	     const uint32_t *uids, unsigned int count,
	     ARRAY_TYPE(uint32_t) *selected)
{
	unsigned int i;

	coexist_private_flags_refresh(ret->box);
	for (i = 0; i < count; i++) {
		if (is_still_due(ret, mail, uids[i]))
			array_push_back(selected, &uids[i]);
	}
}

/* Takes those out of the list that are not due any more, and their copies back:
   who copies may have had to wait. */
static void
batch_deselect(struct coexist_retention *ret, struct mail *mail,
	       const struct coexist_move *move, ARRAY_TYPE(uint32_t) *selected)
{
	ARRAY_TYPE(seq_range) stay, stay_as;
	unsigned int i;
	uint32_t uid;

	i_array_init(&stay, 8);
	i_array_init(&stay_as, 8);
	coexist_private_flags_refresh(ret->box);
	for (i = array_count(selected); i > 0; i--) {
		uid = *array_idx(selected, i - 1);
		if (is_still_due(ret, mail, uid))
			continue;
		seq_range_array_add(&stay, uid);
		uid = copy_uid(move, uid);
		if (uid != 0)
			seq_range_array_add(&stay_as, uid);
		array_delete(selected, i - 1, 1);
	}
	coexist_move_take_back(ret->box, ret->uidvalidity, ret->target, &stay,
			       &stay_as);
	array_free(&stay_as);
	array_free(&stay);
}

static void
batch_expunge(struct coexist_retention *ret, struct mail *mail,
	      const ARRAY_TYPE(uint32_t) *uids)
{
	uint32_t uid;

	array_foreach_elem(uids, uid) {
		if (!mail_set_uid(mail, uid))
			continue;
		coexist_result_add(ret, mail,
				   coexist_due_since(ret, mail, mail->seq));
		mail_expunge(mail);
	}
}

static int
batch_run(struct coexist_retention *ret, const uint32_t *uids, unsigned int count)
{
	struct coexist_retention_result before = *ret->result;
	struct mailbox_transaction_context *t;
	struct coexist_move_intent *intent = NULL;
	ARRAY_TYPE(uint32_t) selected;
	struct coexist_move move;
	struct mail *mail;
	int status;

	t = mailbox_transaction_begin(ret->box, 0, "coexist expire");
	mail = mail_alloc(t, 0, NULL);
	i_array_init(&selected, count);
	coexist_move_init(&move, t, ret->target);
	batch_select(ret, mail, uids, count, &selected);
	if (ret->target != NULL) {
		intent = batch_move(ret, &move, &selected);
		batch_deselect(ret, mail, &move, &selected);
	}
	batch_expunge(ret, mail, &selected);
	mail_free(&mail);
	status = mailbox_transaction_commit(&t);
	if (status < 0) {
		coexist_result_take_back(ret->result, &before, &selected);
		if (ret->target != NULL)
			batch_take_back(ret, &move);
	}
	/* until then it may come back (move-intent.h) */
	if (status == 0)
		status = mailbox_sync(ret->box, 0);
	batch_move_end(&intent, &selected, status);
	coexist_move_deinit(&move);
	array_free(&selected);
	if (status < 0) {
		coexist_retention_fail(ret, ret->box);
		return -1;
	}
	return 0;
}

int coexist_retention_batches_run(struct coexist_retention *ret)
{
	const uint32_t *uids;
	unsigned int i, batch, count;
	int status = 0;

	uids = array_get(&ret->due, &count);
	/* what can't take the first ones can't take the others */
	for (i = 0; i < count && status == 0 &&
	     ret->result->stayed == 0 && !coexist_retention_is_stopped(ret);
	     i += batch) {
		batch = I_MIN(count - i, BATCH_SIZE);
		T_BEGIN {
			status = batch_run(ret, uids + i, batch);
		} T_END;
	}
	return status;
}
