/* See the contract in pop3-session.h. */

#include "pop3-common.h"
#include "mail-storage-private.h"
#include "pop3-events.h"
#include "pop3-keyword.h"
#include "pop3-session.h"
#include "pop3-delete-limit.h"
#include "pop3-read-policy.h"
#include "pop3-read-state.h"
#include "session-policy.h"

#define POP3_SESSION_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_session_client_module)
#define POP3_SESSION_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, pop3_session_user_module)
#define POP3_SESSION_MAILBOX_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_session_mailbox_module)

struct pop3_session_user {
	union mail_user_module_context module_ctx;
	struct pop3_session *session;
};

struct pop3_session_mailbox {
	union mailbox_module_context module_ctx;
	struct pop3_session *session;
};

static MODULE_CONTEXT_DEFINE_INIT(pop3_session_client_module,
				  &pop3_module_register);
static MODULE_CONTEXT_DEFINE_INIT(pop3_session_user_module,
				  &mail_user_module_register);
static MODULE_CONTEXT_DEFINE_INIT(pop3_session_mailbox_module,
				  &mail_storage_module_register);

static int
pop3_session_transaction_commit(struct mailbox_transaction_context *t,
				struct mail_transaction_commit_changes
					*changes_r)
{
	struct pop3_session_mailbox *sbox =
		POP3_SESSION_MAILBOX_CONTEXT(t->box);
	struct pop3_session *session = sbox->session;

	if (session->client->quit_seen)
		pop3_read_state_commit_begin(session->read_state, t);
	if (sbox->module_ctx.super.transaction_commit(t, changes_r) < 0)
		return -1;
	if (session->client->quit_seen)
		pop3_read_state_commit_end(session->read_state);
	return 0;
}

static int pop3_session_sync_deinit(struct mailbox_sync_context *ctx,
				    struct mailbox_sync_status *status_r)
{
	struct mailbox *box = ctx->box;
	struct pop3_session_mailbox *sbox = POP3_SESSION_MAILBOX_CONTEXT(box);
	struct pop3_session *session = sbox->session;

	if (sbox->module_ctx.super.sync_deinit(ctx, status_r) < 0)
		return -1;
	return !session->client->quit_seen ? 0 :
		pop3_delete_finish(session, box);
}

static int pop3_session_open(struct mailbox *box)
{
	struct pop3_session_mailbox *sbox = POP3_SESSION_MAILBOX_CONTEXT(box);

	if (sbox->module_ctx.super.open(box) < 0)
		return -1;
	/* else the login would fail */
	if (pop3_delete_is_needed(&sbox->session->del))
		pop3_keyword_allow(box, POP3_HIDDEN_KEYWORD);
	return 0;
}

void pop3_session_mailbox_allocated(struct mailbox *box)
{
	struct pop3_session *session = pop3_session_find(box->storage->user);
	struct mailbox_vfuncs *v = box->vlast;
	struct pop3_session_mailbox *sbox;

	if (session == NULL || session->maildrop.box != NULL ||
	    (box->flags & MAILBOX_FLAG_POP3_SESSION) == 0)
		return;

	session->maildrop.box = box;
	if (session->keep_recent)
		box->flags &= ENUM_NEGATE(MAILBOX_FLAG_DROP_RECENT);
	sbox = p_new(box->pool, struct pop3_session_mailbox, 1);
	sbox->session = session;
	sbox->module_ctx.super = *v;
	box->vlast = &sbox->module_ctx.super;
	v->open = pop3_session_open;
	v->transaction_commit = pop3_session_transaction_commit;
	v->sync_deinit = pop3_session_sync_deinit;
	MODULE_CONTEXT_SET(box, pop3_session_mailbox_module, sbox);
}

static void
pop3_session_destroy(struct client *client, const char *reason)
{
	struct pop3_session *session = POP3_SESSION_CONTEXT(client);

	pop3_read_state_end(session->read_state);
	if (session->del.held > 0 && client->delete_success)
		pop3_delete_limit_tell(session);
	T_BEGIN {
		pop3_events_send(session);
	} T_END;
	session->module_ctx.super.destroy(client, reason);
}

struct pop3_session *pop3_session_find(struct mail_user *user)
{
	struct pop3_session_user *suser = POP3_SESSION_USER_CONTEXT(user);

	return suser == NULL ? NULL : suser->session;
}

void pop3_session_create(struct client *client)
{
	const struct coexist_policy *policy =
		coexist_session_policy_get(client->user);
	struct pop3_session_user *suser;
	struct pop3_read_policy read_policy;
	struct pop3_session *session;
	struct pop3_delete del;

	if (policy == NULL)
		return;
	pop3_read_policy_init(&read_policy, policy,
			      client->user->conn.remote_ip);
	pop3_delete_init(&del, client, policy);
	if (pop3_read_policy_is_stock(&read_policy) &&
	    !pop3_delete_is_needed(&del))
		return;

	session = p_new(client->pool, struct pop3_session, 1);
	session->client = client;
	pop3_maildrop_init(&session->maildrop, client);
	session->read_state = pop3_read_state_create(&session->maildrop,
						     &read_policy);
	/* pop3_mark_read=never leaves not even \Recent changed */
	session->keep_recent =
		read_policy.mark_read == COEXIST_MARK_READ_NEVER;
	session->del = del;
	if (pop3_delete_is_needed(&del))
		pop3_delete_prepare_client(&session->del, client);
	session->module_ctx.super = client->v;
	client->v.destroy = pop3_session_destroy;
	MODULE_CONTEXT_SET(client, pop3_session_client_module, session);

	suser = p_new(client->user->pool, struct pop3_session_user, 1);
	suser->session = session;
	MODULE_CONTEXT_SET(client->user, pop3_session_user_module, suser);
}
