/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in inbox-watch.h.

   A message object or a flag change costs nothing here: what a transaction does
   is read out of Dovecot's own lists, when it is committed and all plugins have
   had their say. These lists have sequences of the view that the transaction
   began with, which also knows what the flags were before. Where \Seen is
   private, there is a second transaction for the private index, which Dovecot
   commits first; what the user sees is in both. */

#include "lib.h"
#include "inbox-watch.h"
#include "array.h"
#include "index-storage.h"
#include "mail-index-private.h"
#include "mail-index-transaction-private.h"
#include "mail-storage-private.h"
#include "private-flags.h"
#include "seq-range-array.h"
#include "session-changes.h"
#include "uid-list.h"

#define WATCH_MAILBOX_CONTEXT(obj) \
	MODULE_CONTEXT(obj, inbox_watch_mailbox_module)
#define WATCH_MAILBOX_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, inbox_watch_mailbox_module)
#define WATCH_TRANSACTION_CONTEXT(obj) \
	MODULE_CONTEXT(obj, inbox_watch_transaction_module)
#define WATCH_COMMIT_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, inbox_watch_index_module)

struct watch_mailbox {
	union mailbox_module_context module_ctx;
};

/* A transaction that copies messages out of INBOX to move them. */
struct watch_copies {
	union mailbox_transaction_module_context module_ctx;
	/* in the order in which they were copied */
	ARRAY_TYPE(seq_range) uids;
	ARRAY_TYPE(seq_range) marked;
};

/* A transaction of INBOX, while it is committed. */
struct watch_commit {
	union mail_index_transaction_module_context module_ctx;
	struct coexist_changes *changes;
	struct mailbox *box;
	/* what removes and hides messages, and what marks them read; the first
	   of them to be committed is watched */
	struct mail_index_transaction *shared, *reads;
	bool with_flags;
	uint32_t uidvalidity;
	/* UIDs; the lists are not there until something is in one of them */
	ARRAY_TYPE(seq_range) expunged;
	ARRAY_TYPE(seq_range) hidden;
	ARRAY_TYPE(seq_range) marked;
	ARRAY_TYPE(seq_range) unseen;
};

static MODULE_CONTEXT_DEFINE_INIT(inbox_watch_mailbox_module,
				  &mail_storage_module_register);
static MODULE_CONTEXT_DEFINE_INIT(inbox_watch_transaction_module,
				  &mail_storage_module_register);
static MODULE_CONTEXT_DEFINE_INIT(inbox_watch_index_module,
				  &mail_index_module_register);

/* INBOX of the user, not of somebody who shares his. */
static bool is_watched_inbox(struct mailbox *box)
{
	return box->inbox_user && WATCH_MAILBOX_CONTEXT(box) != NULL;
}

/* Another mailbox of a POP3 session's maildrop, in which messages are marked and hidden
   and nothing else is done, or a second one of these that is opened for that. What a
   session saves into is none. */
static bool is_folder(const struct mailbox *box)
{
	return !box->inbox_user && box->virtual_vfuncs == NULL &&
		(box->flags & MAILBOX_FLAG_SAVEONLY) == 0 &&
		strcmp(box->storage->user->service, "pop3") == 0;
}

/* Copies out of INBOX */

static struct watch_copies *copies_get(struct mailbox_transaction_context *t)
{
	struct watch_copies *copies = WATCH_TRANSACTION_CONTEXT(t);

	if (copies == NULL) {
		copies = i_new(struct watch_copies, 1);
		i_array_init(&copies->uids, 8);
		i_array_init(&copies->marked, 8);
		MODULE_CONTEXT_SET(t, inbox_watch_transaction_module, copies);
	}
	return copies;
}

static void copies_free(struct watch_copies **_copies)
{
	struct watch_copies *copies = *_copies;

	*_copies = NULL;
	if (copies == NULL)
		return;
	array_free(&copies->uids);
	array_free(&copies->marked);
	i_free(copies);
}

static int watch_copy(struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	struct watch_mailbox *wbox = WATCH_MAILBOX_CONTEXT_REQUIRE(t->box);
	bool moving = ctx->moving && is_watched_inbox(mail->box);
	bool marked = moving &&
		((ctx->data.flags | ctx->data.pvt_flags) & MAIL_SEEN) != 0 &&
		(mail_get_flags(mail) & MAIL_SEEN) == 0;
	struct watch_copies *copies;

	if (wbox->module_ctx.super.copy(ctx, mail) < 0)
		return -1;
	if (moving) {
		copies = copies_get(t);
		coexist_uid_list_add(&copies->uids, mail->uid);
		if (marked)
			seq_range_array_add(&copies->marked, mail->uid);
	}
	return 0;
}

/* The commit of a transaction of INBOX */

static void commit_lists_init(struct watch_commit *commit)
{
	if (array_is_created(&commit->expunged))
		return;
	i_array_init(&commit->expunged, 8);
	i_array_init(&commit->hidden, 8);
	i_array_init(&commit->marked, 8);
	i_array_init(&commit->unseen, 8);
}

static void commit_lists_free(struct watch_commit *commit)
{
	if (!array_is_created(&commit->expunged))
		return;
	array_free(&commit->expunged);
	array_free(&commit->hidden);
	array_free(&commit->marked);
	array_free(&commit->unseen);
}

/* Adds the message to the list, and to that of the unread ones if it was. */
static void
commit_add(struct watch_commit *commit, uint32_t seq,
	   ARRAY_TYPE(seq_range) *list)
{
	struct mail_index_view *view = commit->shared->view;
	uint32_t uid;

	/* one that the transaction saves itself is no change */
	if (seq == 0 || seq > mail_index_view_get_messages_count(view))
		return;
	mail_index_lookup_uid(view, seq, &uid);
	if ((coexist_private_flags_lookup(commit->box, view, seq) &
	     MAIL_SEEN) == 0)
		seq_range_array_add(&commit->unseen, uid);
	else if (list == &commit->marked)
		return;
	seq_range_array_add(list, uid);
}

static void commit_add_expunges(struct watch_commit *commit)
{
	const struct mail_index_transaction *t = commit->shared;
	const struct mail_transaction_expunge_guid *expunge;

	if (!array_is_created(&t->expunges))
		return;
	commit_lists_init(commit);
	/* it is a sequence until Dovecot finishes the transaction */
	array_foreach(&t->expunges, expunge) {
		commit_add(commit, expunge->uid, &commit->expunged);
	}
}

/* Returns the sequence in the shared index of a message that is marked, or 0. */
static uint32_t
shared_seq(const struct watch_commit *commit, uint32_t seq)
{
	struct mail_index_view *view = commit->reads->view;
	uint32_t uid;

	if (commit->reads == commit->shared)
		return seq;
	mail_index_lookup_uid(view, seq, &uid);
	return mail_index_lookup_seq(commit->shared->view, uid, &seq) ? seq : 0;
}

/* Where \Seen is private, that of the shared index is nobody's. */
static void commit_add_flags(struct watch_commit *commit)
{
	const struct mail_index_transaction *t = commit->reads;
	const struct mail_index_flag_update *update;
	uint32_t seq;

	if (!array_is_created(&t->updates))
		return;
	commit_lists_init(commit);
	array_foreach(&t->updates, update) {
		if ((update->add_flags & MAIL_SEEN) == 0)
			continue;
		for (seq = update->uid1; seq <= update->uid2; seq++) {
			commit_add(commit, shared_seq(commit, seq),
				   &commit->marked);
		}
	}
}

static void commit_add_keywords(struct watch_commit *commit)
{
	const struct mail_index_transaction *t = commit->shared;
	const struct mail_index_transaction_keyword_update *update;
	const char *keyword =
		coexist_changes_get_hidden_keyword(commit->changes);
	struct seq_range_iter iter;
	unsigned int idx, n = 0;
	uint32_t seq;

	if (!array_is_created(&t->keyword_updates) ||
	    !mail_index_keyword_lookup(t->view->index, keyword, &idx) ||
	    idx >= array_count(&t->keyword_updates))
		return;
	update = array_idx(&t->keyword_updates, idx);
	if (!array_is_created(&update->add_seq))
		return;
	commit_lists_init(commit);
	seq_range_array_iter_init(&iter, &update->add_seq);
	while (seq_range_array_iter_nth(&iter, n++, &seq))
		commit_add(commit, seq, &commit->hidden);
}

static int
watch_index_commit(struct mail_index_transaction *t,
		   struct mail_index_transaction_commit_result *result_r)
{
	struct watch_commit *commit = WATCH_COMMIT_CONTEXT(t);

	commit->uidvalidity =
		mail_index_get_header(commit->shared->view)->uid_validity;
	commit_add_expunges(commit);
	if (commit->with_flags) {
		commit_add_flags(commit);
		commit_add_keywords(commit);
	}
	return commit->module_ctx.super.commit(t, result_r);
}

/* Returns the index transaction in which messages are marked read. Whoever does
   that later, still within the commit, does it there, too. */
static struct mail_index_transaction *
reads_begin(struct mailbox_transaction_context *t)
{
	struct mail_index_view *view_pvt = t->box->view_pvt;

	/* an inconsistent one fails to be committed, even if it is empty */
	if (view_pvt != NULL && !mail_index_view_is_inconsistent(view_pvt))
		index_transaction_init_pvt(t);
	return t->itrans_pvt != NULL ? t->itrans_pvt : t->itrans;
}

static void
commit_begin(struct watch_commit *commit, struct mailbox_transaction_context *t)
{
	struct mail_user *user = t->box->storage->user;

	i_zero(commit);
	if (!t->box->inbox_user && !is_folder(t->box))
		return;
	commit->changes = coexist_changes_get(user);
	if (commit->changes == NULL)
		return;
	/* who reads mail by IMAP marks it, which is nobody's question */
	commit->with_flags = coexist_changes_have_flags(commit->changes);
	if (!commit->with_flags && !array_is_created(&t->itrans->expunges)) {
		commit->changes = NULL;
		return;
	}
	if (t->box->view_pvt != NULL)
		coexist_changes_set_private_flags(commit->changes);
	commit->box = t->box;
	commit->shared = t->itrans;
	/* Dovecot commits a private one first */
	commit->reads = reads_begin(t);
	commit->module_ctx.super = commit->reads->v;
	commit->reads->v.commit = watch_index_commit;
	MODULE_CONTEXT_SET(commit->reads, inbox_watch_index_module, commit);
}

static enum coexist_change_flags
commit_flags(const struct watch_commit *commit, uint32_t uid)
{
	enum coexist_change_flags flags = 0;

	if (seq_range_exists(&commit->unseen, uid))
		flags |= COEXIST_CHANGE_WAS_UNSEEN;
	if (seq_range_exists(&commit->marked, uid))
		flags |= COEXIST_CHANGE_MARKED;
	return flags;
}

/* Tells what was committed. A message is told once, by what matters most. */
static void commit_tell(struct watch_commit *commit)
{
	const char *mailbox = commit->box->inbox_user ? NULL :
		mailbox_get_vname(commit->box);
	struct seq_range_iter iter;
	unsigned int n;
	uint32_t uid;

	/* nor is anything moved from there */
	if (mailbox != NULL)
		array_clear(&commit->expunged);
	seq_range_array_remove_seq_range(&commit->hidden, &commit->expunged);
	seq_range_array_remove_seq_range(&commit->marked, &commit->expunged);
	seq_range_array_iter_init(&iter, &commit->hidden);
	for (n = 0; seq_range_array_iter_nth(&iter, n, &uid); n++) {
		coexist_changes_add(commit->changes, COEXIST_CHANGE_HIDDEN,
				    mailbox, commit->uidvalidity, uid,
				    commit_flags(commit, uid));
	}
	seq_range_array_remove_seq_range(&commit->marked, &commit->hidden);
	seq_range_array_iter_init(&iter, &commit->marked);
	for (n = 0; seq_range_array_iter_nth(&iter, n, &uid); n++) {
		coexist_changes_add(commit->changes, COEXIST_CHANGE_READ,
				    mailbox, commit->uidvalidity, uid, 0);
	}
	coexist_changes_expunged(commit->changes, commit->uidvalidity,
				 &commit->expunged, &commit->unseen);
}

static int
watch_transaction_commit(struct mailbox_transaction_context *t,
			 struct mail_transaction_commit_changes *changes_r)
{
	struct mailbox *box = t->box;
	struct watch_mailbox *wbox = WATCH_MAILBOX_CONTEXT_REQUIRE(box);
	struct watch_copies *copies = WATCH_TRANSACTION_CONTEXT(t);
	struct watch_commit commit;
	int ret;

	commit_begin(&commit, t);
	ret = wbox->module_ctx.super.transaction_commit(t, changes_r);
	if (ret == 0 && copies != NULL) {
		coexist_changes_copied(coexist_changes_get(box->storage->user),
				       mailbox_get_vname(box),
				       changes_r->uid_validity, &copies->uids,
				       &changes_r->saved_uids, &copies->marked);
	}
	if (ret == 0 && array_is_created(&commit.expunged))
		commit_tell(&commit);
	commit_lists_free(&commit);
	copies_free(&copies);
	return ret;
}

static void
watch_transaction_rollback(struct mailbox_transaction_context *t)
{
	struct watch_mailbox *wbox = WATCH_MAILBOX_CONTEXT_REQUIRE(t->box);
	struct watch_copies *copies = WATCH_TRANSACTION_CONTEXT(t);

	copies_free(&copies);
	wbox->module_ctx.super.transaction_rollback(t);
}

void coexist_inbox_watch_allocated(struct mailbox *box)
{
	struct mailbox_vfuncs *v = box->vlast;
	struct watch_mailbox *wbox;

	if (coexist_changes_get(box->storage->user) == NULL)
		return;
	wbox = p_new(box->pool, struct watch_mailbox, 1);
	wbox->module_ctx.super = *v;
	box->vlast = &wbox->module_ctx.super;
	v->copy = watch_copy;
	v->transaction_commit = watch_transaction_commit;
	v->transaction_rollback = watch_transaction_rollback;
	MODULE_CONTEXT_SET(box, inbox_watch_mailbox_module, wbox);
}
