/* See the contract in mail-move.h. */

#include "lib.h"
#include "array.h"
#include "seq-range-array.h"
#include "mail-storage-private.h"
#include "mail-move.h"
#include "compat-mailbox.h"

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
	i_array_init(&move_r->arrived, 16);
}

void coexist_move_deinit(struct coexist_move *move)
{
	array_free(&move->arrived);
	i_free(move->error_text);
}

void coexist_move_fail(struct coexist_move *move, struct mailbox *box,
		       unsigned int count)
{
	move->failed += count;
	i_free(move->error_text);
	move->error_text = i_strdup(mailbox_get_last_error(box, &move->error));
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

static struct mail_keywords *
copy_keywords(const struct coexist_move *move, struct mail *mail)
{
	const char *const *names = mail_get_keywords(mail);
	ARRAY_TYPE(const_string) keywords;

	t_array_init(&keywords, 8);
	array_append(&keywords, names, str_array_length(names));
	if (move->keyword != NULL && !str_array_find(names, move->keyword) &&
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
	struct mail_keywords *keywords;
	enum mail_flags flags;

	flags = mail_get_flags(mail) &
		ENUM_NEGATE(MAIL_DELETED | MAIL_RECENT);
	if (move->mark_read)
		flags |= MAIL_SEEN;
	keywords = copy_keywords(move, mail);

	save = mailbox_save_alloc(t);
	mailbox_save_set_flags(save, flags, keywords);
	if (keywords != NULL)
		mailbox_keywords_unref(&keywords);
	if (mailbox_copy(&save, mail) == 0)
		return 1;
	return mail->expunged ? 0 : -1;
}

static int
copy_in_transaction(struct coexist_move *move, const uint32_t *uids,
		    unsigned int count, ARRAY_TYPE(seq_range) *copied)
{
	struct mailbox_transaction_context *t;
	struct mail *mail;
	unsigned int i;
	int ret = 0;

	t = mailbox_transaction_begin(move->target,
				      MAILBOX_TRANSACTION_FLAG_EXTERNAL,
				      "coexist move");
	mail = mail_alloc(move->source, 0, NULL);
	for (i = 0; i < count && ret >= 0; i++) T_BEGIN {
		if (mail_set_uid(mail, uids[i]) && mail_is_there(mail)) {
			ret = mail_copy(move, t, mail);
			if (ret > 0)
				seq_range_array_add(copied, uids[i]);
		}
	} T_END;
	mail_free(&mail);

	if (ret < 0) {
		mailbox_transaction_rollback(&t);
		return -1;
	}
	return mailbox_transaction_commit(&t);
}

/* Returns TRUE if what was committed outlives the process: with a full disk
   Dovecot goes on in memory, and says that all is well. */
static bool target_is_on_disk(struct mailbox *box)
{
	return !mail_index_is_in_memory(box->index);
}

/* Copies all of them or none. */
static int
copy_all(struct coexist_move *move, const uint32_t *uids, unsigned int count)
{
	ARRAY_TYPE(seq_range) copied;
	int ret;

	t_array_init(&copied, 16);
	ret = copy_in_transaction(move, uids, count, &copied);
	if (ret == 0 && !target_is_on_disk(move->target)) {
		mail_storage_set_error(move->target->storage, MAIL_ERROR_TEMP,
				       "Can't write the index");
		ret = -1;
	}
	if (ret == 0)
		seq_range_array_merge(&move->arrived, &copied);
	return ret;
}

/* Copies them in halves, in halves of these and so on, until it is known which
   ones can't be copied. */
static void
copy_some(struct coexist_move *move, const uint32_t *uids, unsigned int count)
{
	unsigned int half = count / 2;
	int ret;

	T_BEGIN {
		ret = copy_all(move, uids, count);
	} T_END;
	if (ret == 0)
		return;
	if (count == 1 || !target_is_on_disk(move->target)) {
		coexist_move_fail(move, move->target, count);
		return;
	}
	copy_some(move, uids, half);
	copy_some(move, uids + half, count - half);
}

void coexist_move_copy(struct coexist_move *move, const uint32_t *uids,
		       unsigned int count)
{
	if (count == 0)
		return;
	target_watch_copies(move->target);
	(void)mail_index_refresh(move->source->box->index);
	copy_some(move, uids, count);
}
