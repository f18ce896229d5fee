/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-session.h. */

#include "pop3-common.h"
#include "mail-storage-private.h"
#include "compat-process.h"
#include "pop3-session.h"
#include "pop3-box.h"
#include "pop3-delete.h"
#include "pop3-delete-policy.h"
#include "pop3-download.h"
#include "pop3-events.h"
#include "pop3-folders.h"
#include "pop3-folders-changes.h"
#include "pop3-read-policy.h"
#include "pop3-read-state.h"
#include "pop3-view.h"
#include "session-policy.h"
#include "user-hooks.h"

#define POP3_SESSION_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_session_client_module)
#define POP3_SESSION_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, pop3_session_user_module)
#define POP3_SESSION_OUTER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, pop3_session_outer_module)
#define POP3_SESSION_OUTER_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_session_outer_module)

struct pop3_session_user {
	union mail_user_module_context module_ctx;
	struct pop3_session *session;
};

/* Of the mailbox that messages are moved out of, in the user's pool: see pop3-box.c. */
struct pop3_session_outer {
	union mailbox_module_context module_ctx;
	struct pop3_session *session;
};

static MODULE_CONTEXT_DEFINE_INIT(pop3_session_client_module,
				  &pop3_module_register);
static MODULE_CONTEXT_DEFINE_INIT(pop3_session_user_module,
				  &mail_user_module_register);
static MODULE_CONTEXT_DEFINE_INIT(pop3_session_outer_module,
				  &mail_storage_module_register);

static struct pop3_session *session_find(struct mail_user *user)
{
	struct pop3_session_user *suser = POP3_SESSION_USER_CONTEXT(user);

	return suser == NULL ? NULL : suser->session;
}

/* The maildrop's mailbox */

static void changes_apply(struct pop3_session *session)
{
	struct pop3_folders_changes_result result;

	i_zero(&result);
	pop3_folders_changes_apply(session->client->user, &result);
	if (result.refused)
		pop3_read_state_refused(session->read_state);
	if (session->del != NULL)
		pop3_delete_changed(session->del, &result);
}

static int
pop3_session_transaction_commit(struct mailbox_transaction_context *t,
				struct mail_transaction_commit_changes
					*changes_r)
{
	struct pop3_box *pbox = pop3_box_get(t->box);
	struct pop3_session *session = pbox->session;

	if (pop3_read_state_marks_begin(session->read_state) < 0) {
		pbox->module_ctx.super.transaction_rollback(t);
		pop3_folders_changes_forget(session->client->user);
		return -1;
	}
	if (session->client->quit_seen)
		pop3_read_state_commit_begin(session->read_state, t);
	if (pbox->module_ctx.super.transaction_commit(t, changes_r) < 0) {
		pop3_folders_changes_forget(session->client->user);
		return -1;
	}
	changes_apply(session);
	if (session->client->quit_seen)
		pop3_read_state_commit_end(session->read_state);
	return 0;
}

/* Returns 0, or -1 with the error, which is the reply to QUIT, set in the mailbox. */
static int quit_finish(struct pop3_session *session, struct mailbox *box)
{
	if (session->del != NULL && pop3_delete_finish(session->del, box) < 0)
		return -1;
	pop3_view_quit(session->view);
	return 0;
}

static int pop3_session_sync_deinit(struct mailbox_sync_context *ctx,
				    struct mailbox_sync_status *status_r)
{
	struct mailbox *box = ctx->box;
	struct pop3_box *pbox = pop3_box_get(box);
	struct pop3_session *session = pbox->session;

	if (pbox->module_ctx.super.sync_deinit(ctx, status_r) < 0)
		return -1;
	if (session->hides && pop3_folders_get(session->client->user) == NULL)
		pop3_delete_mailbox_synced(session->del, box);
	return session->client->quit_seen ? quit_finish(session, box) : 0;
}

void pop3_session_mailbox_allocated(struct mailbox *box,
				    struct mailbox_vfuncs *v)
{
	struct pop3_session *session = session_find(box->storage->user);

	if (session == NULL || session->maildrop.box != NULL ||
	    !pop3_folders_is_maildrop(box))
		return;

	session->maildrop.box = box;
	if (session->keep_recent)
		box->flags &= ENUM_NEGATE(MAILBOX_FLAG_DROP_RECENT);
	pop3_box_share(box)->session = session;
	v->transaction_commit = pop3_session_transaction_commit;
	v->sync_deinit = pop3_session_sync_deinit;
}

static int
pop3_session_outer_commit(struct mailbox_transaction_context *t,
			  struct mail_transaction_commit_changes *changes_r)
{
	struct mailbox *box = t->box;
	struct pop3_session_outer *outer =
		POP3_SESSION_OUTER_CONTEXT_REQUIRE(box);
	struct pop3_session *session = outer->session;
	int ret;

	if (session->client->quit_seen)
		pop3_delete_commit_begin(session->del, t);
	ret = outer->module_ctx.super.transaction_commit(t, changes_r);
	pop3_delete_commit_end(session->del, box, ret >= 0);
	return ret;
}

/* Watches the commits from outside of all other plugins, which have their hooks in
   the mailbox by the time of its first message. */
static void outer_watch(struct pop3_session *session, struct mailbox *box)
{
	struct pop3_session_outer *outer;

	if (POP3_SESSION_OUTER_CONTEXT(box) != NULL)
		return;
	outer = p_new(box->storage->user->pool, struct pop3_session_outer, 1);
	outer->session = session;
	outer->module_ctx.super = box->v;
	box->v.transaction_commit = pop3_session_outer_commit;
	MODULE_CONTEXT_SET(box, pop3_session_outer_module, outer);
}

/* The maildrop's messages */

/* Returns the session if the message is one of its maildrop. */
static struct pop3_session *session_find_for(const struct mail *mail)
{
	struct pop3_session *session = session_find(mail->box->storage->user);

	return session != NULL &&
		pop3_maildrop_has(&session->maildrop, mail->box) ?
		session : NULL;
}

void pop3_session_mail_allocated_download(struct mail *mail)
{
	struct pop3_session *session = session_find_for(mail);

	if (session != NULL) {
		pop3_download_mail_allocated(session->client,
					     session->read_state, mail);
	}
}

void pop3_session_mail_allocated_delete(struct mail *mail)
{
	struct pop3_session *session = session_find(mail->box->storage->user);

	if (session == NULL || session->del == NULL)
		return;
	/* INBOX is what messages are moved out of, and expunged from */
	if (pop3_folders_is_inbox(mail->box) &&
	    pop3_maildrop_get_uidvalidity(&session->maildrop, mail->box) != 0)
		outer_watch(session, mail->box);
	if (pop3_maildrop_has(&session->maildrop, mail->box))
		pop3_delete_mail_allocated(session->del, mail);
}

/* The client */

static void
pop3_session_destroy(struct client *client, const char *reason)
{
	struct pop3_session *session = POP3_SESSION_CONTEXT(client);

	pop3_read_state_end(session->read_state);
	if (session->del != NULL)
		pop3_delete_end(session->del);
	T_BEGIN {
		pop3_events_send(client, session->read_state, session->del);
	} T_END;
	session->module_ctx.super.destroy(client, reason);
}

static void
session_start(struct client *client, const struct pop3_read_policy *read_policy,
	      const struct pop3_delete_policy *delete_policy)
{
	struct pop3_session *session;
	struct pop3_session_user *suser;

	session = p_new(client->pool, struct pop3_session, 1);
	session->client = client;
	pop3_maildrop_init(&session->maildrop, client);
	session->view = pop3_view_get(client->user);
	session->read_state = pop3_read_state_create(&session->maildrop,
						     read_policy,
						     session->view);
	session->keep_recent =
		read_policy->mark_read == COEXIST_MARK_READ_NEVER;
	session->hides = !delete_policy->is_stock;
	if (session->hides || pop3_folders_get_wanted(client->user) != NULL) {
		session->del = pop3_delete_create(&session->maildrop,
						  session->read_state,
						  delete_policy);
		coexist_user_hooks_add(client->user, COEXIST_HOOKS_POP3_DELETE);
	}
	session->module_ctx.super = client->v;
	client->v.destroy = pop3_session_destroy;
	MODULE_CONTEXT_SET(client, pop3_session_client_module, session);

	suser = p_new(client->user->pool, struct pop3_session_user, 1);
	suser->session = session;
	MODULE_CONTEXT_SET(client->user, pop3_session_user_module, suser);
	coexist_user_hooks_add(client->user, COEXIST_HOOKS_POP3_MAILDROP);
}

/* Returns TRUE if the client's view depends on what it marks read. */
static bool view_is_unread(struct client *client)
{
	const struct pop3_view *view = pop3_view_get(client->user);

	return view != NULL && pop3_view_is_unread(view);
}

void pop3_session_create(struct client *client)
{
	const struct coexist_policy *policy =
		coexist_session_policy_get(client->user);
	struct pop3_read_policy read_policy;
	struct pop3_delete_policy delete_policy;

	if (policy == NULL)
		return;
	pop3_read_policy_init(&read_policy, policy,
			      client->user->conn.remote_ip);
	pop3_delete_policy_init(&delete_policy, client->user, policy);
	if (!pop3_read_policy_is_stock(&read_policy) ||
	    !delete_policy.is_stock ||
	    view_is_unread(client) ||
	    pop3_folders_get_wanted(client->user) != NULL)
		session_start(client, &read_policy, &delete_policy);
}
