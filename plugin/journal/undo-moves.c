/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in undo-moves.h. */

#include "lib.h"
#include "undo-moves.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "mail-move.h"
#include "mailbox-same.h"
#include "move-intent.h"
#include "session-changes.h"
#include "uid-list.h"

/* Adds the UIDs of those that are still there, in their order, and of these the
   ones that are to be unread. */
static void
target_find(struct coexist_undo *undo, struct mailbox *target,
	    const struct coexist_journal_move *move,
	    ARRAY_TYPE(uint32_t) *found, ARRAY_TYPE(seq_range) *unread_uids)
{
	const struct seq_range *range;
	struct seq_range_iter iter;
	uint32_t seq, seq1, seq2, uid, inbox_uid;
	unsigned int i, before = 0;

	seq_range_array_iter_init(&iter, &move->uids);
	for (i = 0; i < array_count(&move->target_uids); i++) {
		range = array_idx(&move->target_uids, i);
		mailbox_get_seq_range(target, range->seq1, range->seq2, &seq1,
				      &seq2);
		for (seq = seq1; seq1 != 0 && seq <= seq2; seq++) {
			mail_index_lookup_uid(target->view, seq, &uid);
			array_push_back(found, &uid);
			/* what is at the same place in the other list */
			if (seq_range_array_iter_nth(&iter,
					before + (uid - range->seq1),
					&inbox_uid) &&
			    seq_range_exists(&undo->marked, inbox_uid))
				seq_range_array_add(unread_uids, uid);
		}
		before += range->seq2 - range->seq1 + 1;
	}
}

static int expunge(struct mailbox_transaction_context *t,
		   const ARRAY_TYPE(seq_range) *uids)
{
	struct mailbox *box = t->box;
	struct mail *mail = mail_alloc(t, 0, NULL);
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t uid;

	seq_range_array_iter_init(&iter, uids);
	while (seq_range_array_iter_nth(&iter, n++, &uid)) {
		if (mail_set_uid(mail, uid))
			mail_expunge(mail);
	}
	mail_free(&mail);
	if (mailbox_transaction_commit(&t) < 0)
		return -1;
	return mailbox_sync(box, 0);
}

static void
tell_returned(struct coexist_undo *undo, const struct coexist_move *move)
{
	ARRAY_TYPE(seq_range) uids;
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t uid;

	i_array_init(&uids, 8);
	coexist_move_get_target(move, &uids);
	seq_range_array_iter_init(&iter, &uids);
	while (seq_range_array_iter_nth(&iter, n++, &uid)) {
		coexist_changes_add(undo->changes, COEXIST_CHANGE_RETURNED,
				    /*mailbox=*/NULL, undo->uidvalidity, uid, 0);
		coexist_undo_back_add(undo, /*mailbox=*/NULL, uid);
	}
	array_free(&uids);
}

/* Moves them to INBOX, and leaves those in the list that had to be copied for that.
   Returns how many are not there any more. */
static uint64_t
move_back(struct coexist_undo *undo, struct mailbox *target,
	  ARRAY_TYPE(uint32_t) *uids,
	  const ARRAY_TYPE(seq_range) *unread_uids)
{
	struct mailbox_transaction_context *t =
		coexist_undo_transaction_begin(target);
	struct coexist_move_intent *intent;
	ARRAY_TYPE(seq_range) uids_arrived;
	const uint32_t *to_copy;
	struct coexist_move move;
	unsigned int count, arrived, left = array_count(uids);

	coexist_move_init(&move, t, undo->box);
	move.unread_uids = unread_uids;
	intent = coexist_move_intent_begin(&move, uids);
	to_copy = array_get(uids, &count);
	coexist_move_copy(&move, to_copy, count);
	i_array_init(&uids_arrived, 16);
	coexist_move_get_arrived(&move, &uids_arrived);
	arrived = seq_range_count(&uids_arrived);
	tell_returned(undo, &move);
	undo->result->returned += arrived;
	left -= arrived + move.failed;
	if (move.failed > 0) {
		undo->left = TRUE;
		undo->result->failed += move.failed;
		undo->result->error = move.error;
		e_error(undo->box->event, "coexist: %u messages can't be "
			"moved back: %s", move.failed, move.error_text);
	}
	if (expunge(t, &uids_arrived) < 0) {
		coexist_undo_failed_after(undo, target, arrived);
		array_clear(&uids_arrived);
	}
	coexist_move_intent_end(&intent, &uids_arrived);
	array_free(&uids_arrived);
	coexist_move_deinit(&move);
	return left;
}

/* Returns 1, 0 if it is not the mailbox that messages were moved to, or -1 with
   the error in it. */
static int target_open(struct mailbox *target, uint32_t uidvalidity)
{
	struct mailbox_status status;

	if (mailbox_open(target) < 0) {
		return mailbox_get_last_mail_error(target) ==
			MAIL_ERROR_NOTFOUND ? 0 : -1;
	}
	if (mailbox_sync(target, 0) < 0)
		return -1;
	mailbox_get_open_status(target, STATUS_UIDVALIDITY, &status);
	return status.uidvalidity == uidvalidity ? 1 : 0;
}

void coexist_undo_move(struct coexist_undo *undo,
		       const struct coexist_journal_move *move)
{
	struct mail_namespace *ns =
		mail_namespace_find(undo->user->namespaces, move->target);
	struct mailbox *target = mailbox_alloc(ns->list, move->target, 0);
	uint64_t gone = coexist_uid_list_count(&move->uids);
	ARRAY_TYPE(uint32_t) found;
	ARRAY_TYPE(seq_range) unread_uids;
	int ret = target_open(target, move->target_uidvalidity);

	if (ret < 0) {
		coexist_undo_failed(undo, target, gone);
		gone = 0;
	} else if (ret > 0 && !coexist_mailbox_is_same(target, undo->box)) {
		i_array_init(&found, 64);
		i_array_init(&unread_uids, 64);
		target_find(undo, target, move, &found, &unread_uids);
		gone -= array_count(&found);
		if (!array_is_empty(&found))
			gone += move_back(undo, target, &found, &unread_uids);
		array_free(&unread_uids);
		array_free(&found);
	}
	undo->result->gone += gone;
	mailbox_free(&target);
}
