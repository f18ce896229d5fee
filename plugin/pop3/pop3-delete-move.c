/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-delete-move.h. */

#include "pop3-common.h"
#include "array.h"
#include "mail-storage-private.h"
#include "str-sanitize.h"
#include "pop3-delete-move.h"
#include "keywords.h"
#include "mail-move.h"
#include "mailbox-same.h"
#include "move-intent.h"
#include "pop3-maildrop.h"
#include "pop3-read-state.h"
#include "coexist-event.h"
#include "special-mailbox.h"

/* An error text is given to the client in one line (RFC 1939, 3). */
#define ERROR_TEXT_LENGTH 300

void pop3_delete_move_init(struct pop3_delete_move *move_r,
			   const struct pop3_maildrop *maildrop,
			   const struct pop3_read_state *read_state,
			   bool mark_read)
{
	i_zero(move_r);
	move_r->maildrop = maildrop;
	move_r->read_state = read_state;
	move_r->mark_read = mark_read;
}

/* Most sessions move nothing, and the lists would take one more block of memory. */
static void lists_create(struct pop3_delete_move *move)
{
	pool_t pool = move->maildrop->client->pool;

	if (!array_is_created(&move->uids)) {
		p_array_init(&move->uids, pool, 16);
		p_array_init(&move->target_uids, pool, 16);
	}
}

/* count is how many messages were to be copied. */
static void
result_keep(struct pop3_delete_move *move, const struct coexist_move *copies,
	    unsigned int count, struct pop3_delete_failure *failure)
{
	lists_create(move);
	coexist_move_get_arrived(copies, &move->uids);
	coexist_move_get_target(copies, &move->target_uids);
	if (seq_range_count(&move->uids) > 0) {
		coexist_trace(move->maildrop->client->user, "DELE: %u messages "
			      "are in %s now and will be expunged",
			      seq_range_count(&move->uids),
			      mailbox_get_vname(copies->target));
	}
	if (copies->failed == 0)
		return;
	failure->count = copies->failed;
	failure->error = copies->error;
	failure->text = p_strdup_printf(move->maildrop->client->pool,
		"%u of %u deleted messages could not be moved and stay: %s",
		copies->failed, count,
		str_sanitize(copies->error_text, ERROR_TEXT_LENGTH));
	e_warning(move->maildrop->box->event, "coexist: To %s: %s",
		  mailbox_get_vname(copies->target), failure->text);
}

static void
copy_to(struct pop3_delete_move *move, struct mailbox_transaction_context *t,
	struct mailbox *target, int open_ret,
	struct pop3_delete_failure *failure)
{
	ARRAY_TYPE(seq_range) downloaded;
	ARRAY_TYPE(uint32_t) uids;
	struct coexist_move copies;
	const uint32_t *left;
	unsigned int count, left_count;

	coexist_move_init(&copies, t, target);
	copies.mark_read = move->mark_read;
	t_array_init(&downloaded, 16);
	if (pop3_read_state_get_downloaded(move->read_state, t->box,
					   &downloaded)) {
		copies.keyword = POP3_DOWNLOADED_KEYWORD;
		copies.keyword_uids = &downloaded;
	}
	t_array_init(&uids, 128);
	pop3_maildrop_get_deleted(move->maildrop, t, &uids);
	count = array_count(&uids);
	if (open_ret < 0)
		coexist_move_fail(&copies, target, count);
	else {
		move->intent = coexist_move_intent_begin(&copies, &uids);
		left = array_get(&uids, &left_count);
		coexist_move_copy(&copies, left, left_count);
	}
	result_keep(move, &copies, count, failure);
	coexist_move_deinit(&copies);
}

bool pop3_delete_move_begin(struct pop3_delete_move *move,
			    struct mailbox_transaction_context *t,
			    enum coexist_delete action,
			    struct pop3_delete_failure *failure)
{
	struct mailbox *target;
	int ret;

	target = coexist_delete_target_open(move->maildrop->client->user,
					    action, &ret);
	if (ret == 0 && coexist_mailbox_is_same(target, t->box)) {
		mailbox_free(&target);
		return FALSE;
	}
	copy_to(move, t, target, ret, failure);
	move->target = target;
	return TRUE;
}

bool pop3_delete_move_has_arrived(const struct pop3_delete_move *move,
				  uint32_t uid)
{
	return array_is_created(&move->uids) &&
		seq_range_exists(&move->uids, uid);
}

void pop3_delete_move_end(struct pop3_delete_move *move, struct mailbox *source,
			  bool committed)
{
	if (move->target == NULL)
		return;
	if (!committed) {
		coexist_move_take_back(source,
			pop3_maildrop_get_uidvalidity(move->maildrop, source),
			move->target, &move->uids, &move->target_uids);
		/* perhaps not all of them */
		array_clear(&move->uids);
		coexist_move_intent_end(&move->intent, &move->uids);
	}
	mailbox_free(&move->target);
}

void pop3_delete_move_synced(struct pop3_delete_move *move)
{
	if (move->target == NULL)
		coexist_move_intent_end(&move->intent, &move->uids);
}

void pop3_delete_move_deinit(struct pop3_delete_move *move)
{
	ARRAY_TYPE(seq_range) none;

	t_array_init(&none, 1);
	coexist_move_intent_end(&move->intent, &none);
}
