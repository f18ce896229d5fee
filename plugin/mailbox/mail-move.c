/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in mail-move.h. */

#include "lib.h"
#include "array.h"
#include "seq-range-array.h"
#include "mail-index-private.h"
#include "mail-storage-private.h"
#include "mail-move.h"
#include "compat-mailbox.h"
#include "copies-commit.h"
#include "private-flags.h"
#include "storage-driver.h"

/* With these, a command for UIDs of ten digits is shorter than the 8000 bytes of
   IMAPC_SERVER_CMDLINE_MAX_LEN in Dovecot's imapc-save.c. */
#define IMAPC_COMMAND_UIDS 700

#define MAIL_MOVE_TARGET_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, mail_move_target_module)

struct mail_move_target {
	union mailbox_module_context module_ctx;
};

static MODULE_CONTEXT_DEFINE_INIT(mail_move_target_module,
				  &mail_storage_module_register);

void coexist_move_init(struct coexist_move *move_r,
		       struct mailbox_transaction_context *source,
		       struct mailbox *target)
{
	i_zero(move_r);
	move_r->source = source;
	move_r->target = target;
	i_array_init(&move_r->uids, 16);
	i_array_init(&move_r->target_uids, 16);
	i_array_init(&move_r->found, 1);
	i_array_init(&move_r->found_target, 1);
	i_array_init(&move_r->found_marked, 1);
}

void coexist_move_deinit(struct coexist_move *move)
{
	array_free(&move->uids);
	array_free(&move->target_uids);
	array_free(&move->found);
	array_free(&move->found_target);
	array_free(&move->found_marked);
	i_free(move->error_text);
}

void coexist_move_fail(struct coexist_move *move, struct mailbox *box,
		       unsigned int count)
{
	struct mail_storage *storage = box->storage;
	const char *text;

	/* what can't be read may have its error in the source's */
	if (storage->error == MAIL_ERROR_NONE)
		storage = move->source->box->storage;
	text = mail_storage_get_last_error(storage, &move->error);
	if (storage->error == MAIL_ERROR_NONE ||
	    strncmp(text, "BUG: ", strlen("BUG: ")) == 0) {
		/* Dovecot made the text up, of a storage or of a list of
		   mailboxes; nobody knows whether it is for long */
		move->error = MAIL_ERROR_UNAVAILABLE;
		text = "The storage gave no reason";
	}
	move->failed += count;
	i_free(move->error_text);
	move->error_text = i_strdup(text);
}

/* mailbox_move() would say so to quota and others, but it expunges at once. */
static int
move_target_copy(struct mail_save_context *ctx, struct mail *mail)
{
	struct mail_move_target *target =
		MAIL_MOVE_TARGET_CONTEXT(ctx->transaction->box);
	int ret;

	coexist_save_set_moving(ctx, mail);
	ret = target->module_ctx.super.copy(ctx, mail);
	coexist_save_set_moving(ctx, NULL);
	return ret;
}

static void target_watch_copies(struct mailbox *box)
{
	struct mail_move_target *target;

	if (MODULE_CONTEXT(box, mail_move_target_module) != NULL)
		return;
	target = p_new(box->pool, struct mail_move_target, 1);
	/* before all others */
	target->module_ctx.super = box->v;
	box->v.copy = move_target_copy;
	MODULE_CONTEXT_SET(box, mail_move_target_module, target);
}

/* Returns the flags that a copy of the message is to have. */
static enum mail_flags
copy_flags(const struct coexist_move *move, struct mail *mail)
{
	enum mail_flags flags = mail_get_flags(mail) &
		ENUM_NEGATE(MAIL_DELETED | MAIL_RECENT);

	if (move->mark_read)
		flags |= MAIL_SEEN;
	if (move->unread_uids != NULL &&
	    seq_range_exists(move->unread_uids, mail->uid))
		flags &= ENUM_NEGATE(MAIL_SEEN);
	return flags;
}

static struct mail_keywords *
copy_keywords(const struct coexist_move *move, struct mail *mail)
{
	const char *const *names = mail_get_keywords(mail);
	ARRAY_TYPE(const_string) keywords;

	t_array_init(&keywords, 8);
	array_append(&keywords, names, str_array_length(names));
	if (move->keyword != NULL && !str_array_icase_find(names, move->keyword) &&
	    seq_range_exists(move->keyword_uids, mail->uid))
		array_push_back(&keywords, &move->keyword);
	if (array_is_empty(&keywords))
		return NULL;
	array_append_zero(&keywords);
	return mailbox_keywords_create_valid(move->target,
					     array_front(&keywords));
}

/* Returns FALSE if somebody has expunged the message since it was opened. The
   storages would copy it all the same as long as they have its contents. */
static bool mail_is_there(struct mail *mail)
{
	return !mail_index_is_expunged(mail->transaction->view, mail->seq);
}

/* Returns 1 if the message was copied, 0 if it is gone, -1 with the error in
   the target. */
static int
mail_copy(const struct coexist_move *move,
	  struct mailbox_transaction_context *t, struct mail *mail)
{
	struct mail_save_context *save;
	struct mail_keywords *keywords = copy_keywords(move, mail);

	save = mailbox_save_alloc(t);
	mailbox_save_set_flags(save, copy_flags(move, mail), keywords);
	if (keywords != NULL)
		mailbox_keywords_unref(&keywords);
	if (mailbox_copy(&save, mail) == 0)
		return 1;
	return mail->expunged ? 0 : -1;
}

/* Copies messages until one can't be. Returns FALSE then, with the error in the
   target. */
static bool
copy_in_transaction(struct coexist_move *move,
		    struct mailbox_transaction_context *t,
		    const uint32_t *uids, unsigned int count,
		    ARRAY_TYPE(seq_range) *copied)
{
	struct mail *mail;
	unsigned int i;
	int ret = 0;

	mail = mail_alloc(move->source, 0, NULL);
	for (i = 0; i < count && ret >= 0; i++) T_BEGIN {
		if (mail_set_uid(mail, uids[i]) && mail_is_there(mail)) {
			ret = mail_copy(move, t, mail);
			if (ret > 0)
				seq_range_array_add(copied, uids[i]);
		}
	} T_END;
	mail_free(&mail);
	return ret >= 0;
}

/* Copies all of them or none. Returns FALSE if one can't be copied, and then
   there is no point in trying again unless there are others. */
static bool
copy_all(struct coexist_move *move, const uint32_t *uids, unsigned int count)
{
	struct mailbox_transaction_context *t;
	ARRAY_TYPE(seq_range) copied;
	bool done;

	t = mailbox_transaction_begin(move->target,
				      MAILBOX_TRANSACTION_FLAG_EXTERNAL |
				      /* the journal has them */
				      MAILBOX_TRANSACTION_FLAG_ASSIGN_UIDS,
				      "coexist move");
	/* not on the data stack: it grows in other frames than this one */
	i_array_init(&copied, 16);
	done = copy_in_transaction(move, t, uids, count, &copied);
	if (!done)
		mailbox_transaction_rollback(&t);
	else if (coexist_copies_commit(&t, &move->target_uids) < 0)
		coexist_move_fail(move, move->target, seq_range_count(&copied));
	else
		seq_range_array_merge(&move->uids, &copied);
	array_free(&copied);
	return done;
}

/* Copies them in halves, in halves of these and so on, until it is known which
   ones can't be copied. */
static void
copy_some(struct coexist_move *move, const uint32_t *uids, unsigned int count)
{
	unsigned int half = count / 2;
	bool done;

	T_BEGIN {
		done = copy_all(move, uids, count);
	} T_END;
	if (done)
		return;
	if (count == 1) {
		coexist_move_fail(move, move->target, 1);
		return;
	}
	copy_some(move, uids, half);
	copy_some(move, uids + half, count - half);
}

/* Returns how many messages one transaction copies at most. To imapc it is what
   one command does, which does all or nothing: if a later one of a transaction
   fails, imapc expunges what the first one has copied by the UIDs of the
   copies, but in the source. Without a source on the same server it panics. */
static unsigned int batch_size(const struct coexist_move *move)
{
	struct mail_storage *storage = move->target->storage;

	if (!coexist_storage_is_imapc(storage))
		return UINT_MAX;
	return storage == move->source->box->storage ? IMAPC_COMMAND_UIDS : 1;
}

void coexist_move_copy(struct coexist_move *move, const uint32_t *uids,
		       unsigned int count)
{
	unsigned int i, batch, size = batch_size(move);

	if (count == 0)
		return;
	/* Dovecot would find out when the copies have arrived, and leave them
	   there although it fails. */
	if (coexist_private_flags_open(move->target) < 0) {
		coexist_move_fail(move, move->target, count);
		return;
	}
	target_watch_copies(move->target);
	(void)mail_index_refresh(move->source->box->index);
	for (i = 0; i < count; i += batch) {
		batch = I_MIN(size, count - i);
		copy_some(move, uids + i, batch);
	}
}

/* Copies that an earlier move has left */

/* A maildir gives such a name to a letter in a file's name for which it has none,
   as where the move was cut off before the name was stored. */
#define MAILDIR_UNKNOWN_KEYWORD "unknown-"

static void copy_remove_unknown(struct mail *copy)
{
	const char *const *names = mail_get_keywords(copy);
	struct mail_keywords *unknown;
	ARRAY_TYPE(const_string) found;

	t_array_init(&found, 4);
	for (; *names != NULL; names++) {
		if (strncmp(*names, MAILDIR_UNKNOWN_KEYWORD,
			    strlen(MAILDIR_UNKNOWN_KEYWORD)) == 0)
			array_push_back(&found, names);
	}
	if (array_is_empty(&found))
		return;
	array_append_zero(&found);
	unknown = mailbox_keywords_create_valid(copy->box,
						array_front(&found));
	mail_update_keywords(copy, MODIFY_REMOVE, unknown);
	mailbox_keywords_unref(&unknown);
}

void coexist_move_found(struct coexist_move *move, struct mail *mail,
			struct mail *copy)
{
	enum mail_flags flags = copy_flags(move, mail);
	struct mail_keywords *keywords = copy_keywords(move, mail);

	if ((flags & ENUM_NEGATE(mail_get_flags(copy))) != 0)
		mail_update_flags(copy, MODIFY_ADD, flags);
	if (coexist_storage_is_maildir(copy->box->storage))
		copy_remove_unknown(copy);
	if (keywords != NULL) {
		mail_update_keywords(copy, MODIFY_ADD, keywords);
		mailbox_keywords_unref(&keywords);
	}
	if ((flags & ENUM_NEGATE(mail_get_flags(mail)) & MAIL_SEEN) != 0)
		seq_range_array_add(&move->found_marked, mail->uid);
	array_push_back(&move->found, &mail->uid);
	array_push_back(&move->found_target, &copy->uid);
}

void coexist_move_forget_found(struct coexist_move *move)
{
	array_clear(&move->found);
	array_clear(&move->found_target);
	array_clear(&move->found_marked);
}

static void
uids_add(ARRAY_TYPE(seq_range) *uids, const ARRAY_TYPE(seq_range) *copied,
	 const ARRAY_TYPE(uint32_t) *found)
{
	uint32_t uid;

	seq_range_array_merge(uids, copied);
	array_foreach_elem(found, uid)
		seq_range_array_add(uids, uid);
}

void coexist_move_get_arrived(const struct coexist_move *move,
			      ARRAY_TYPE(seq_range) *uids)
{
	uids_add(uids, &move->uids, &move->found);
}

void coexist_move_get_target(const struct coexist_move *move,
			     ARRAY_TYPE(seq_range) *uids)
{
	uids_add(uids, &move->target_uids, &move->found_target);
}

/* Returns TRUE if that is certain, also after a commit that failed half-way, and
   if another mailbox has come to the place of the one that had them. */
static bool
all_are_there(struct mailbox *box, uint32_t uidvalidity,
	      const ARRAY_TYPE(seq_range) *uids)
{
	const struct seq_range *range;
	uint32_t seq1, seq2;

	if (mailbox_open(box) < 0 || mailbox_sync(box, 0) < 0 ||
	    mail_index_get_header(box->view)->uid_validity != uidvalidity)
		return FALSE;
	array_foreach(uids, range) {
		mailbox_get_seq_range(box, range->seq1, range->seq2,
				      &seq1, &seq2);
		if (seq1 == 0 || seq2 - seq1 != range->seq2 - range->seq1)
			return FALSE;
	}
	return TRUE;
}

void coexist_move_take_back(struct mailbox *source,
			    uint32_t source_uidvalidity, struct mailbox *target,
			    const ARRAY_TYPE(seq_range) *uids,
			    const ARRAY_TYPE(seq_range) *target_uids)
{
	struct mailbox *box;

	if (array_is_empty(target_uids))
		return;
	mail_storage_last_error_push(source->storage);
	/* the source may have a transaction, with which it can't be synced */
	box = mailbox_alloc(source->list, source->vname, 0);
	if (all_are_there(box, source_uidvalidity, uids))
		coexist_copies_take_back(target, target_uids);
	mailbox_free(&box);
	mail_storage_last_error_pop(source->storage);
}
