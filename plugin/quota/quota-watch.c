/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-watch.h. */

#include "lib.h"
#include "quota-watch.h"
#include "array.h"
#include "ioloop.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "compat-quota.h"
#include "session-policy.h"
#include "policy-decision.h"
#include "quota-estimate.h"
#include "quota-evaluate.h"
#include "quota-rules.h"
#include "session-end.h"
#include "user-hooks.h"

/* After a change, so that the messages of one command are looked at once. */
#define CHANGE_DELAY_MSECS 500

#define WATCHED_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, coexist_quota_user_module)
#define WATCHED_MAILBOX_CONTEXT(obj) \
	MODULE_CONTEXT(obj, coexist_quota_storage_module)
#define WATCHED_MAILBOX_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, coexist_quota_storage_module)
#define WATCHED_MAIL_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, coexist_quota_mail_module)

struct watched_user {
	union mail_user_module_context module_ctx;
	/* that of the policy, before which ours is put */
	void (*next_deinit)(struct mail_user *user);

	const struct coexist_policy *policy;
	/* of a delivery */
	struct coexist_quota_estimate estimate;
	/* transactions that are open and have saved something */
	ARRAY(struct mailbox_transaction_context *) saving;
	struct timeout *to;
	/* a client is there: the session may be long, and its start counts */
	bool has_client;
	/* The indexes are in memory. Once the driver count has noted the size
	   of INBOX in its index, Dovecot's index_storage_expunged_sync_begin()
	   waits for ever for a lock that such an index has not. */
	bool only_at_end;
	bool due;
	bool evaluating;
};

struct watched_mailbox {
	union mailbox_module_context module_ctx;
	/* in the transaction that is open */
	bool expunged;
};

static MODULE_CONTEXT_DEFINE_INIT(coexist_quota_user_module,
				  &mail_user_module_register);
static MODULE_CONTEXT_DEFINE_INIT(coexist_quota_storage_module,
				  &mail_storage_module_register);
static MODULE_CONTEXT_DEFINE_INIT(coexist_quota_mail_module,
				  &mail_module_register);

/* The user */

static void user_evaluate(struct mail_user *user)
{
	struct watched_user *wuser = WATCHED_USER_CONTEXT(user);

	timeout_remove(&wuser->to);
	wuser->due = FALSE;
	wuser->evaluating = TRUE;
	T_BEGIN {
		coexist_quota_evaluate(user, wuser->policy, &wuser->estimate);
	} T_END;
	wuser->evaluating = FALSE;
}

/* A client may take its time to send what it saves, and not every storage can
   save something else meanwhile: of a notice nothing is left in an mbox. */
static void user_timeout(struct mail_user *user)
{
	struct watched_user *wuser = WATCHED_USER_CONTEXT(user);

	timeout_remove(&wuser->to);
	if (array_is_empty(&wuser->saving))
		user_evaluate(user);
}

static void user_set_due(struct mail_user *user, unsigned int msecs)
{
	struct watched_user *wuser = WATCHED_USER_CONTEXT(user);

	if (wuser->evaluating)
		return;
	wuser->due = TRUE;
	if (wuser->has_client && !wuser->only_at_end && wuser->to == NULL) {
		wuser->to = timeout_add_short_to(io_loop_get_root(), msecs,
						 user_timeout, user);
	}
}

static void watched_user_end(struct mail_user *user)
{
	struct watched_user *wuser = WATCHED_USER_CONTEXT(user);

	if (wuser->due)
		user_evaluate(user);
	/* Nothing looks at the mailbox any more. */
	wuser->evaluating = TRUE;
}

static void watched_user_deinit(struct mail_user *user)
{
	struct watched_user *wuser = WATCHED_USER_CONTEXT(user);

	timeout_remove(&wuser->to);
	wuser->next_deinit(user);
}

static bool is_delivery(const struct mail_user *user)
{
	return strcmp(user->service, "lmtp") == 0 ||
		strcmp(user->service, "lda") == 0;
}

void coexist_quota_watch_user_created(struct mail_user *user,
				      struct mail_user_vfuncs *v)
{
	const struct coexist_policy *policy = coexist_session_policy_get(user);
	struct watched_user *wuser;
	bool has_client = coexist_protocol_find(user->service) !=
		COEXIST_PROTOCOL_OTHER;

	if (WATCHED_USER_CONTEXT(user) != NULL || user->autocreated ||
	    !coexist_quota_has_levels(policy) ||
	    (!has_client && !is_delivery(user)) ||
	    !coexist_compat_quota_find() ||
	    !coexist_session_end_add(user, watched_user_end))
		return;

	wuser = p_new(user->pool, struct watched_user, 1);
	wuser->policy = policy;
	wuser->has_client = has_client;
	p_array_init(&wuser->saving, user->pool, 2);
	wuser->next_deinit = v->deinit;
	v->deinit = watched_user_deinit;
	MODULE_CONTEXT_SET(user, coexist_quota_user_module, wuser);
	coexist_user_hooks_add(user, COEXIST_HOOKS_QUOTA);
}

bool coexist_quota_watch_has(struct mail_user *user)
{
	return WATCHED_USER_CONTEXT(user) != NULL;
}

static bool has_index_in_memory(struct mail_user *user)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->namespaces);
	const char *path;

	return !mailbox_list_get_root_path(ns->list,
					   MAILBOX_LIST_PATH_TYPE_INDEX, &path);
}

void coexist_quota_watch_namespaces_created(struct mail_namespace *namespaces)
{
	struct mail_user *user = namespaces->user;
	struct watched_user *wuser = WATCHED_USER_CONTEXT(user);

	if (wuser == NULL)
		return;
	wuser->only_at_end = has_index_in_memory(user);
	/* a session that hibernated was looked at before */
	if (wuser->has_client && !user->session_restored)
		user_set_due(user, 0);
}

/* The mailboxes */

/* Returns TRUE and where it is if the transaction is one of those that save. */
static bool
saving_find(const struct watched_user *wuser,
	    const struct mailbox_transaction_context *t, unsigned int *idx_r)
{
	struct mailbox_transaction_context *const *saving;

	array_foreach(&wuser->saving, saving) {
		*idx_r = array_foreach_idx(&wuser->saving, saving);
		if (*saving == t)
			return TRUE;
	}
	return FALSE;
}

static void
saving_begin(struct watched_user *wuser, struct mailbox_transaction_context *t)
{
	unsigned int idx;

	if (!saving_find(wuser, t, &idx))
		array_push_back(&wuser->saving, &t);
}

/* Returns TRUE if the transaction was one. What had to wait for it comes before
   the client's next command, which may be to save again. */
static bool
saving_end(struct mail_user *user, const struct mailbox_transaction_context *t)
{
	struct watched_user *wuser = WATCHED_USER_CONTEXT(user);
	unsigned int idx;

	if (!saving_find(wuser, t, &idx))
		return FALSE;
	array_delete(&wuser->saving, idx, 1);
	if (wuser->due)
		user_set_due(user, 0);
	return TRUE;
}

static int
watched_transaction_commit(struct mailbox_transaction_context *t,
			 struct mail_transaction_commit_changes *changes_r)
{
	struct mailbox *box = t->box;
	struct watched_mailbox *wbox =
		WATCHED_MAILBOX_CONTEXT_REQUIRE(box);
	struct mail_user *user = box->storage->user;
	struct watched_user *wuser = WATCHED_USER_CONTEXT(user);
	bool changed = wbox->expunged || t->save_count > 0;

	if (wbox->expunged)
		wuser->estimate.failed = TRUE;
	wbox->expunged = FALSE;
	(void)saving_end(user, t);
	if (wbox->module_ctx.super.transaction_commit(t, changes_r) < 0) {
		wuser->estimate.failed = TRUE;
		return -1;
	}
	if (changed && !user->dsyncing)
		user_set_due(user, CHANGE_DELAY_MSECS);
	return 0;
}

static void
watched_transaction_rollback(struct mailbox_transaction_context *t)
{
	struct watched_mailbox *wbox = WATCHED_MAILBOX_CONTEXT_REQUIRE(t->box);
	struct mail_user *user = t->box->storage->user;
	struct watched_user *wuser = WATCHED_USER_CONTEXT(user);

	if (saving_end(user, t))
		wuser->estimate.failed = TRUE;
	wbox->module_ctx.super.transaction_rollback(t);
}

static int
watched_save_begin(struct mail_save_context *ctx, struct istream *input)
{
	struct mailbox *box = ctx->transaction->box;
	struct watched_mailbox *wbox =
		WATCHED_MAILBOX_CONTEXT_REQUIRE(box);
	struct mail_user *user = box->storage->user;
	struct watched_user *wuser = WATCHED_USER_CONTEXT(user);

	/* not the notice itself */
	if (!wuser->evaluating) {
		if (!wuser->has_client) {
			coexist_quota_estimate_save(&wuser->estimate, user,
						    input);
			if (!box->inbox_user)
				wuser->estimate.elsewhere = TRUE;
		}
		saving_begin(wuser, ctx->transaction);
	}
	return wbox->module_ctx.super.save_begin(ctx, input);
}

void coexist_quota_watch_mailbox_allocated(struct mailbox *box)
{
	struct mailbox_vfuncs *v = box->vlast;
	struct watched_user *wuser = WATCHED_USER_CONTEXT(box->storage->user);
	struct watched_mailbox *wbox;

	if (wuser == NULL ||
	    mailbox_get_namespace(box)->type != MAIL_NAMESPACE_TYPE_PRIVATE)
		return;
	wbox = p_new(box->pool, struct watched_mailbox, 1);
	wbox->module_ctx.super = *v;
	box->vlast = &wbox->module_ctx.super;
	if (v->save_begin != NULL)
		v->save_begin = watched_save_begin;
	v->transaction_commit = watched_transaction_commit;
	v->transaction_rollback = watched_transaction_rollback;
	MODULE_CONTEXT_SET(box, coexist_quota_storage_module, wbox);
}

static void watched_mail_expunge(struct mail *mail)
{
	struct mail_private *pmail = (struct mail_private *)mail;
	union mail_module_context *wmail = WATCHED_MAIL_CONTEXT(pmail);
	struct watched_mailbox *wbox =
		WATCHED_MAILBOX_CONTEXT_REQUIRE(mail->box);

	wbox->expunged = TRUE;
	wmail->super.expunge(mail);
}

void coexist_quota_watch_mail_allocated(struct mail *mail)
{
	struct mail_private *pmail = (struct mail_private *)mail;
	struct mail_vfuncs *v = pmail->vlast;
	union mail_module_context *wmail;

	if (WATCHED_MAILBOX_CONTEXT(mail->box) == NULL)
		return;
	wmail = p_new(pmail->pool, union mail_module_context, 1);
	wmail->super = *v;
	pmail->vlast = &wmail->super;
	v->expunge = watched_mail_expunge;
	MODULE_CONTEXT_SET_SELF(pmail, coexist_quota_mail_module, wmail);
}
