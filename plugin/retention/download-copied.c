/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in download-copied.h.

   What dsync changes is read out of the list that Dovecot has of a transaction's keywords,
   when the transaction is committed. */

#include "lib.h"
#include "download-copied.h"
#include "array.h"
#include "ioloop.h"
#include "mail-index-private.h"
#include "mail-index-transaction-private.h"
#include "mail-storage-private.h"
#include "seq-range-array.h"
#include "download-time.h"
#include "session-policy.h"
#include "user-hooks.h"

#define COPIED_MAILBOX_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, download_copied_mailbox_module)

struct copied_mailbox {
	union mailbox_module_context module_ctx;
};

static MODULE_CONTEXT_DEFINE_INIT(download_copied_mailbox_module,
				  &mail_storage_module_register);

static bool had_keyword(struct mail_index_view *view, uint32_t seq,
			unsigned int keyword_idx)
{
	ARRAY_TYPE(keyword_indexes) keywords;
	unsigned int idx;

	t_array_init(&keywords, 8);
	mail_index_lookup_keywords(view, seq, &keywords);
	array_foreach_elem(&keywords, idx) {
		if (idx == keyword_idx)
			return TRUE;
	}
	return FALSE;
}

/* Returns the messages that get the keyword in the transaction, or NULL. */
static const ARRAY_TYPE(seq_range) *
get_marked(const struct mail_index_transaction *t, unsigned int *keyword_idx_r)
{
	const struct mail_index_transaction_keyword_update *update;

	if (!array_is_created(&t->keyword_updates) ||
	    !mail_index_keyword_lookup(t->view->index, POP3_DOWNLOADED_KEYWORD,
				       keyword_idx_r) ||
	    *keyword_idx_r >= array_count(&t->keyword_updates))
		return NULL;
	update = array_idx(&t->keyword_updates, *keyword_idx_r);
	return array_is_created(&update->add_seq) ? &update->add_seq : NULL;
}

static void
note_marked(struct mailbox *box, struct mail_index_transaction *t)
{
	uint32_t count = mail_index_view_get_messages_count(t->view);
	uint32_t now = (uint32_t)ioloop_time, id, seq;
	const ARRAY_TYPE(seq_range) *marked;
	struct seq_range_iter iter;
	unsigned int keyword_idx, n = 0;

	marked = get_marked(t, &keyword_idx);
	if (marked == NULL)
		return;
	id = coexist_download_time_id(box);
	seq_range_array_iter_init(&iter, marked);
	/* what the transaction saves itself comes with the keyword */
	while (seq_range_array_iter_nth(&iter, n++, &seq) && seq <= count) {
		if (!had_keyword(t->view, seq, keyword_idx) &&
		    !coexist_download_time_is_known(t->view, seq, id))
			mail_index_update_ext(t, seq, id, &now, NULL);
	}
}

static uint64_t keep_days(struct mail_user *user)
{
	return coexist_policy_number(coexist_session_policy_get(user),
				     COEXIST_KEY_pop3_keep_days);
}

/* An administrator who sets the keyword knows nothing of a download. */
static bool notes_times(struct mail_user *user)
{
	return user->dsyncing && keep_days(user) > 0;
}

static int
copied_transaction_commit(struct mailbox_transaction_context *t,
			  struct mail_transaction_commit_changes *changes_r)
{
	struct copied_mailbox *cbox = COPIED_MAILBOX_CONTEXT_REQUIRE(t->box);

	if (notes_times(t->box->storage->user)) T_BEGIN {
		note_marked(t->box, t->itrans);
	} T_END;
	return cbox->module_ctx.super.transaction_commit(t, changes_r);
}

void coexist_download_copied_mailbox_allocated(struct mailbox *box)
{
	struct mailbox_vfuncs *v = box->vlast;
	struct copied_mailbox *cbox;

	if (!box->inbox_user)
		return;
	cbox = p_new(box->pool, struct copied_mailbox, 1);
	cbox->module_ctx.super = *v;
	box->vlast = &cbox->module_ctx.super;
	v->transaction_commit = copied_transaction_commit;
	MODULE_CONTEXT_SET(box, download_copied_mailbox_module, cbox);
}

void coexist_download_copied_user_created(struct mail_user *user)
{
	/* what the owner chose is not known yet */
	if (!user->autocreated && strcmp(user->service, "doveadm") == 0 &&
	    (keep_days(user) > 0 || coexist_session_policy_get_open(user) != 0))
		coexist_user_hooks_add(user, COEXIST_HOOKS_DSYNC);
}
