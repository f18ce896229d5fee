/* See the contract in pop3-session.h.

   Dovecot notes in client->seen_bitmask which messages a RETR began to send,
   forgets it at RSET, and marks them read when the session ends, in whatever
   way. The policies use or replace this:

   quit      keeps it, withdraws what was not sent to its end, and forgets all
             of it if there was no QUIT.
   complete  takes it away. What the client confirmed is marked soon after, in
             a mailbox of our own so that others see it while the session
             goes on; at QUIT, in the session's last transaction.
   never     takes it away. */

#include "pop3-common.h"
#include "array.h"
#include "ioloop.h"
#include "istream.h"
#include "seq-range-array.h"
#include "mail-storage-private.h"
#include "pop3-events.h"
#include "pop3-keyword.h"
#include "pop3-session.h"
#include "session-policy.h"
#include "istream-notify-read.h"
#include "pop3-delete-limit.h"
#include "private-flags.h"

/* Changes are collected for this long, because each application opens and
   syncs the mailbox. With the half second that Dovecot itself waits before it
   looks at a changed mailbox, an idling IMAP client is told well within two
   seconds. */
#define POP3_SESSION_APPLY_DELAY_MSECS 500

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

/* Returns TRUE if changes are applied while the session goes on. */
static bool applies_early(const struct pop3_session *session)
{
	const struct pop3_read_policy *policy = &session->read_policy;

	return policy->mark_read == COEXIST_MARK_READ_COMPLETE ||
		(policy->mark_read != COEXIST_MARK_READ_QUIT &&
		 (policy->mark_downloaded || policy->note_time));
}

/* Returns how many of the changes the client has confirmed: all, or all but
   the last if it has sent no command since it got that message. */
static unsigned int confirmed_count(const struct pop3_session *session)
{
	unsigned int count = array_count(&session->marks);

	if (count > 0 && session->client->input->v_offset ==
	    session->last_mark_input_offset)
		count--;
	return count;
}

static const char *why_refused(struct mailbox *box)
{
	if (mailbox_is_readonly(box))
		return "The mailbox is read-only";
	if (coexist_private_flags_open(box) < 0)
		return mailbox_get_last_error(box, NULL);
	return "Permission denied (the ACL rights are s for \\Seen and w for "
		"keywords)";
}

void pop3_session_mark_refused(struct pop3_session *session)
{
	if (session->told_refused)
		return;
	session->told_refused = TRUE;
	/* whoever made it so, as by an ACL, needs no warning in each session */
	e_info(session->maildrop.box->event, "coexist: Can't mark messages as the "
	       "policy says: %s", why_refused(session->maildrop.box));
}

static void apply_confirmed(struct pop3_session *session)
{
	unsigned int count = confirmed_count(session);
	struct pop3_read_result result;

	if (count == 0)
		return;
	/* after an error they are tried again with the next ones */
	if (pop3_read_state_apply_now(session->maildrop.box,
				      pop3_maildrop_get_uidvalidity(
					&session->maildrop,
					session->maildrop.box),
				      array_front(&session->marks), count,
				      &result) == 0)
		array_delete(&session->marks, 0, count);
	if (result.refused > 0)
		pop3_session_mark_refused(session);
}

static void apply_timeout(struct pop3_session *session)
{
	timeout_remove(&session->to_apply);
	T_BEGIN {
		apply_confirmed(session);
	} T_END;
}

static void apply_soon(struct pop3_session *session)
{
	if (session->to_apply == NULL && applies_early(session)) {
		session->to_apply = timeout_add_short(
			POP3_SESSION_APPLY_DELAY_MSECS, apply_timeout, session);
	}
}

static void client_has_sent(void *context)
{
	struct pop3_session *session = context;

	if (array_count(&session->marks) > 0)
		apply_soon(session);
}

void pop3_session_retr_begin(struct pop3_session *session)
{
	switch (session->read_policy.mark_read) {
	case COEXIST_MARK_READ_STOCK:
	case COEXIST_MARK_READ_QUIT:
		break;
	case COEXIST_MARK_READ_COMPLETE:
	case COEXIST_MARK_READ_NEVER:
		pop3_maildrop_forget_all_seen(&session->maildrop);
		break;
	}
}

void pop3_session_retr_end(struct pop3_session *session, struct mail *mail,
			   bool complete)
{
	struct pop3_mark mark;

	if (session->read_policy.mark_read == COEXIST_MARK_READ_QUIT &&
	    (!complete ||
	     !pop3_read_policy_is_recent(&session->read_policy, mail)))
		pop3_maildrop_forget_seen(&session->maildrop, mail);
	if (complete) {
		session->downloads++;
		session->last_download_input_offset =
			session->client->input->v_offset;
	}
	/* where QUIT commits nothing, this is the place to say so */
	if (session->read_policy.mark_read == COEXIST_MARK_READ_QUIT &&
	    complete && mailbox_is_readonly(mail->box))
		pop3_session_mark_refused(session);
	if (!complete ||
	    !pop3_read_policy_get_mark(&session->read_policy, mail, &mark))
		return;

	array_push_back(&session->marks, &mark);
	session->last_mark_input_offset = session->client->input->v_offset;
	/* the next command may be here already */
	apply_soon(session);
}

/* Dovecot has marked what it noted, in the same transaction. One message tells
   whether the user has the right to, see pop3-mark.c. */
static void
look_at_noted_seen(struct pop3_session *session,
		   struct mailbox_transaction_context *t)
{
	uint32_t seq = pop3_maildrop_get_one_seen(&session->maildrop, t->box);
	struct mail *mail;

	if (seq == 0)
		return;
	mail = mail_alloc(t, 0, NULL);
	mail_set_seq(mail, seq);
	if ((mail_get_flags(mail) & MAIL_SEEN) == 0)
		pop3_session_mark_refused(session);
	mail_free(&mail);
}

static void
apply_all(struct pop3_session *session, struct mailbox_transaction_context *t)
{
	unsigned int count = array_count(&session->marks);
	struct pop3_read_result result;

	if (pop3_read_state_apply(t, array_front(&session->marks), count,
				  &result) < 0) {
		e_error(t->box->event, "coexist: Can't mark %u messages that "
			"were downloaded: %s", count,
			mailbox_get_last_internal_error(t->box, NULL));
	} else if (result.refused > 0) {
		pop3_session_mark_refused(session);
	}
}

static int
pop3_session_transaction_commit(struct mailbox_transaction_context *t,
				struct mail_transaction_commit_changes
					*changes_r)
{
	struct pop3_session_mailbox *sbox =
		POP3_SESSION_MAILBOX_CONTEXT(t->box);
	struct pop3_session *session = sbox->session;

	/* QUIT is a command too: it confirms everything */
	if (session->client->quit_seen && !array_is_empty(&session->marks))
		apply_all(session, t);
	if (session->client->quit_seen &&
	    session->read_policy.mark_read == COEXIST_MARK_READ_QUIT)
		look_at_noted_seen(session, t);
	if (sbox->module_ctx.super.transaction_commit(t, changes_r) < 0)
		return -1;
	if (session->client->quit_seen)
		array_clear(&session->marks);
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

bool pop3_session_get_downloaded(const struct pop3_session *session,
				 ARRAY_TYPE(seq_range) *uids)
{
	const struct pop3_mark *marks;
	unsigned int i, count;

	marks = array_get(&session->marks, &count);
	for (i = 0; i < count; i++) {
		if (marks[i].downloaded)
			seq_range_array_add(uids, marks[i].uid);
	}
	return !array_is_empty(uids);
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
	if (session->read_policy.mark_read == COEXIST_MARK_READ_NEVER) {
		/* not even \Recent */
		box->flags &= ENUM_NEGATE(MAILBOX_FLAG_DROP_RECENT);
	}
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

	timeout_remove(&session->to_apply);
	if (session->read_policy.mark_read == COEXIST_MARK_READ_QUIT &&
	    !client->quit_seen)
		pop3_maildrop_forget_all_seen(&session->maildrop);
	if (applies_early(session))
		apply_confirmed(session);
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

static void input_watch(struct pop3_session *session)
{
	struct client *client = session->client;
	struct istream *input = client->input;

	client->input = i_stream_create_notify_read(input, client_has_sent,
						    session);
	i_stream_unref(&input);
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
	if (read_policy.mark_read == COEXIST_MARK_READ_STOCK &&
	    !read_policy.mark_downloaded && !read_policy.note_time &&
	    !pop3_delete_is_needed(&del))
		return;

	session = p_new(client->pool, struct pop3_session, 1);
	session->client = client;
	pop3_maildrop_init(&session->maildrop, client);
	session->read_policy = read_policy;
	session->del = del;
	if (pop3_delete_is_needed(&del))
		pop3_delete_prepare_client(&session->del, client);
	p_array_init(&session->marks, client->pool, 16);
	session->module_ctx.super = client->v;
	client->v.destroy = pop3_session_destroy;
	MODULE_CONTEXT_SET(client, pop3_session_client_module, session);

	suser = p_new(client->user->pool, struct pop3_session_user, 1);
	suser->session = session;
	MODULE_CONTEXT_SET(client->user, pop3_session_user_module, suser);

	if (applies_early(session))
		input_watch(session);
}
