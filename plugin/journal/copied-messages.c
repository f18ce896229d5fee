/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in copied-messages.h. */

#include "lib.h"
#include "copied-messages.h"
#include "uid-list.h"

/* What was copied to one mailbox after another and is still in INBOX, the newest
   so many of them. Only a move that fails half-way leaves any. */
#define COPIES_MAX 16

static void copies_free(struct coexist_copies *copies)
{
	i_free(copies->target);
	array_free(&copies->uids);
	array_free(&copies->target_uids);
	array_free(&copies->marked);
}

void coexist_copied_messages_free(struct coexist_copied_messages *copied)
{
	unsigned int i;

	if (!array_is_created(&copied->copies))
		return;
	for (i = 0; i < array_count(&copied->copies); i++)
		copies_free(array_idx_modifiable(&copied->copies, i));
	array_free(&copied->copies);
}

static void
copies_init(struct coexist_copies *copies_r, const char *target,
	    uint32_t target_uidvalidity)
{
	copies_r->target = i_strdup(target);
	copies_r->target_uidvalidity = target_uidvalidity;
	i_array_init(&copies_r->uids, 8);
	i_array_init(&copies_r->target_uids, 8);
	i_array_init(&copies_r->marked, 1);
}

/* Returns the list that a transaction's copies belong to: a move that goes
   round messages that can't be copied has many transactions. */
static struct coexist_copies *
copies_get(struct coexist_copied_messages *copied, const char *target,
	   uint32_t target_uidvalidity, bool with_uids)
{
	struct coexist_copies *copies;

	if (!array_is_created(&copied->copies))
		i_array_init(&copied->copies, 4);
	if (!array_is_empty(&copied->copies)) {
		copies = array_back_modifiable(&copied->copies);
		if (strcmp(copies->target, target) == 0 &&
		    copies->target_uidvalidity == target_uidvalidity &&
		    array_is_empty(&copies->target_uids) != with_uids)
			return copies;
	}
	if (array_count(&copied->copies) == COPIES_MAX) {
		copies_free(array_front_modifiable(&copied->copies));
		array_pop_front(&copied->copies);
	}
	copies = array_append_space(&copied->copies);
	copies_init(copies, target, target_uidvalidity);
	return copies;
}

void coexist_copied_messages_add(struct coexist_copied_messages *copied,
				 const char *target, uint32_t target_uidvalidity,
				 const ARRAY_TYPE(seq_range) *uids,
				 const ARRAY_TYPE(seq_range) *target_uids,
				 const ARRAY_TYPE(seq_range) *marked)
{
	/* a storage that doesn't tell them all tells none of use */
	bool with_uids = coexist_uid_list_count(target_uids) ==
		coexist_uid_list_count(uids);
	struct coexist_copies *copies;

	copies = copies_get(copied, target, target_uidvalidity, with_uids);
	array_append_array(&copies->uids, uids);
	if (with_uids)
		array_append_array(&copies->target_uids, target_uids);
	seq_range_array_merge(&copies->marked, marked);
}

static void
copies_take(struct coexist_copies *copies, ARRAY_TYPE(seq_range) *uids,
	    coexist_moved_func_t *func, void *context)
{
	struct seq_range_iter iter, target_iter;
	struct coexist_copies left;
	uint32_t uid, target_uid;
	unsigned int n;

	copies_init(&left, copies->target, copies->target_uidvalidity);
	seq_range_array_merge(&left.marked, &copies->marked);
	seq_range_array_iter_init(&iter, &copies->uids);
	seq_range_array_iter_init(&target_iter, &copies->target_uids);
	for (n = 0; seq_range_array_iter_nth(&iter, n, &uid); n++) {
		if (!seq_range_array_iter_nth(&target_iter, n, &target_uid))
			target_uid = 0;
		/* each of them once, however often it was copied */
		if (seq_range_array_remove(uids, uid)) {
			func(context, uid, copies, target_uid);
			continue;
		}
		coexist_uid_list_add(&left.uids, uid);
		if (target_uid != 0)
			coexist_uid_list_add(&left.target_uids, target_uid);
	}
	copies_free(copies);
	*copies = left;
}

void coexist_copied_messages_take(struct coexist_copied_messages *copied,
				  ARRAY_TYPE(seq_range) *uids,
				  coexist_moved_func_t *func, void *context)
{
	unsigned int i = 0;

	if (!array_is_created(&copied->copies))
		return;
	while (i < array_count(&copied->copies) && !array_is_empty(uids)) {
		struct coexist_copies *copies =
			array_idx_modifiable(&copied->copies, i);

		copies_take(copies, uids, func, context);
		if (!array_is_empty(&copies->uids)) {
			i++;
			continue;
		}
		copies_free(copies);
		array_delete(&copied->copies, i, 1);
	}
}
