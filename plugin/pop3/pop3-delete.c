/* See the contract in pop3-delete.h.

   At QUIT Dovecot goes through the messages that the client deleted. When the
   first one comes by, all of them are copied to where they are to go, in one
   transaction, so that when Dovecot begins to expunge, they have arrived. */

#include "pop3-common.h"
#include "array.h"
#include "seq-range-array.h"
#include "mail-storage-private.h"
#include "str-sanitize.h"
#include "pop3-delete.h"
#include "pop3-read-state.h"
#include "pop3-session.h"
#include "session-policy.h"
#include "compat-pop3.h"
#include "delete-memory.h"
#include "mail-move.h"
#include "mailbox-same.h"
#include "network-match.h"
#include "policy-merge.h"
#include "private-flags.h"
#include "session-changes.h"
#include "special-mailbox.h"

/* An error text is given to the client in one line (RFC 1939, 3). */
#define ERROR_TEXT_LENGTH 300

#define POP3_DELETE_MAIL_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_delete_mail_module)
#define POP3_DELETE_MAILBOX_CONTEXT(obj) \
	MODULE_CONTEXT(obj, pop3_delete_mailbox_module)
#define POP3_DELETE_MAILBOX_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_delete_mailbox_module)

struct pop3_delete_mail {
	union mail_module_context module_ctx;
	struct pop3_session *session;
};

struct pop3_delete_mailbox {
	union mailbox_module_context module_ctx;
	struct pop3_session *session;
};

static MODULE_CONTEXT_DEFINE_INIT(pop3_delete_mail_module,
				  &mail_module_register);
static MODULE_CONTEXT_DEFINE_INIT(pop3_delete_mailbox_module,
				  &mail_storage_module_register);

void pop3_delete_init(struct pop3_delete *del_r, struct client *client,
		      const struct coexist_policy *policy)
{
	i_zero(del_r);
	del_r->action = coexist_policy_number(policy, COEXIST_KEY_pop3_delete);
	del_r->is_partial = coexist_session_policy_is_partial(client->user);
	del_r->limit = coexist_policy_number(policy,
					     COEXIST_KEY_pop3_delete_limit);
	/* what fetches for a machine tells nothing about its owner */
	del_r->mark_read = !coexist_network_match(
		coexist_policy_text(policy, COEXIST_KEY_pop3_fetcher_networks),
		client->user->conn.remote_ip);
}

bool pop3_delete_is_needed(const struct pop3_delete *del)
{
	return del->action != COEXIST_DELETE_EXPUNGE || del->limit > 0 ||
		del->is_partial;
}

void pop3_delete_prepare_client(struct pop3_delete *del, struct client *client)
{
	struct pop3_settings *set = coexist_pop3_settings_copy(client);

	del->expunge_flags = set->parsed_delete_type == POP3_DELETE_TYPE_FLAG;
	/* A site that hides by a keyword already goes on with its own. */
	if (set->pop3_deleted_flag[0] == '\0')
		set->pop3_deleted_flag = POP3_HIDDEN_KEYWORD;
	else {
		coexist_changes_set_hidden_keyword(
			coexist_changes_get(client->user),
			set->pop3_deleted_flag);
	}
	set->parsed_delete_type = POP3_DELETE_TYPE_FLAG;
	p_array_init(&del->arrived, client->pool, 16);
	p_array_init(&del->arrived_as, client->pool, 16);
	p_array_init(&del->held_seen, client->pool, 16);
}

/* Adds the UIDs of the messages that the client deleted, in the order in
   which it was shown them. */
static void
deleted_uids(const struct pop3_session *session,
	     const struct mailbox_transaction_context *t,
	     ARRAY_TYPE(uint32_t) *uids)
{
	uint32_t *uid;

	pop3_maildrop_get_deleted(&session->maildrop, t->box, uids);
	/* sequences until here */
	array_foreach_modifiable(uids, uid)
		mail_index_lookup_uid(t->view, *uid, uid);
}

static void result_keep(struct pop3_session *session, struct coexist_move *move)
{
	struct pop3_delete *del = &session->del;

	seq_range_array_merge(&del->arrived, &move->uids);
	seq_range_array_merge(&del->arrived_as, &move->target_uids);
	del->failed = move->failed;
	if (move->failed == 0)
		return;
	del->error = move->error;
	del->error_text = p_strdup_printf(session->client->pool,
		"%u of %u deleted messages could not be moved and stay: %s",
		move->failed, pop3_maildrop_deleted_count(&session->maildrop),
		str_sanitize(move->error_text, ERROR_TEXT_LENGTH));
	e_warning(session->maildrop.box->event, "coexist: To %s: %s",
		  mailbox_get_vname(move->target), del->error_text);
}

static void
copy_to(struct pop3_session *session, struct mailbox_transaction_context *t,
	struct mailbox *target, int open_ret)
{
	ARRAY_TYPE(seq_range) downloaded;
	ARRAY_TYPE(uint32_t) uids;
	struct coexist_move move;

	coexist_move_init(&move, t, target);
	move.mark_read = session->del.mark_read;
	t_array_init(&downloaded, 16);
	if (pop3_read_state_get_downloaded(session->read_state, &downloaded)) {
		move.keyword = POP3_DOWNLOADED_KEYWORD;
		move.keyword_uids = &downloaded;
	}
	t_array_init(&uids, 128);
	deleted_uids(session, t, &uids);
	if (open_ret < 0)
		coexist_move_fail(&move, target, array_count(&uids));
	else
		coexist_move_copy(&move, array_front(&uids), array_count(&uids));
	result_keep(session, &move);
	coexist_move_deinit(&move);
}

static void
move_begin(struct pop3_session *session, struct mailbox_transaction_context *t)
{
	struct mailbox *target;
	int ret;

	target = coexist_delete_target_open(session->client->user,
					    session->del.action, &ret);
	if (ret == 0 && coexist_mailbox_is_same(target, session->maildrop.box)) {
		e_warning(session->maildrop.box->event, "coexist: Hiding what was "
			  "deleted, it can't be moved to where it is");
		session->del.action = COEXIST_DELETE_HIDE;
		mailbox_free(&target);
		return;
	}
	copy_to(session, t, target, ret);
	session->del.target = target;
}

/* Hides what the client deleted, and leaves it as read as if the client had only
   downloaded it: it may be the owner's unread mail, deleted by accident. Dovecot
   marks no message read that it was asked to delete. */
static void
hold(struct pop3_session *session, struct mailbox *box, unsigned int count)
{
	session->del.held = count;
	session->del.action = COEXIST_DELETE_HIDE;
	session->del.mark_read = FALSE;
	pop3_maildrop_get_deleted_seen(&session->maildrop, box,
				       &session->del.held_seen);
}

/* Policy documents that nothing is known of may say that what is deleted is kept:
   then what they said last holds. */
static void action_settle(struct pop3_session *session)
{
	struct pop3_delete *del = &session->del;
	struct mail_user *user = session->client->user;

	if (!del->is_partial)
		coexist_delete_remember(user);
	else if (del->action == COEXIST_DELETE_EXPUNGE)
		del->action = coexist_delete_recall(user);
}

static void
delete_begin(struct pop3_session *session, struct mailbox_transaction_context *t)
{
	struct pop3_delete *del = &session->del;
	unsigned int count;

	del->begun = TRUE;
	T_BEGIN {
		action_settle(session);
	} T_END;
	count = del->limit == 0 ? 0 : pop3_maildrop_deleted_count(&session->maildrop);
	if (count > del->limit)
		hold(session, t->box, count);
	switch (del->action) {
	case COEXIST_DELETE_EXPUNGE:
	case COEXIST_DELETE_HIDE:
		break;
	case COEXIST_DELETE_TRASH:
	case COEXIST_DELETE_ARCHIVE:
		T_BEGIN {
			move_begin(session, t);
		} T_END;
		break;
	}
}

static void mark_read(struct pop3_session *session, struct mail *mail)
{
	if (coexist_private_flags_can_set(mail))
		mail_update_flags(mail, MODIFY_ADD, MAIL_SEEN);
	/* see pop3-mark.c */
	if ((mail_get_flags(mail) & MAIL_SEEN) == 0)
		pop3_read_state_refused(session->read_state);
}

static void hide(struct pop3_delete_mail *dmail, struct mail *mail,
		 enum modify_type modify_type, struct mail_keywords *keywords)
{
	struct pop3_delete *del = &dmail->session->del;

	if (del->mark_read || seq_range_exists(&del->held_seen, mail->seq))
		mark_read(dmail->session, mail);
	dmail->module_ctx.super.update_keywords(mail, modify_type, keywords);
}

static void expunge(struct pop3_delete_mail *dmail, struct mail *mail,
		    enum modify_type modify_type,
		    struct mail_keywords *keywords)
{
	if (!dmail->session->del.expunge_flags) {
		mail_expunge(mail);
	} else {
		dmail->module_ctx.super.update_keywords(mail, modify_type,
							keywords);
	}
}

static void
pop3_delete_update_keywords(struct mail *_mail, enum modify_type modify_type,
			    struct mail_keywords *keywords)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct pop3_delete_mail *dmail = POP3_DELETE_MAIL_CONTEXT(mail);
	struct pop3_session *session = dmail->session;

	if (keywords != session->client->deleted_kw) {
		dmail->module_ctx.super.update_keywords(_mail, modify_type,
							keywords);
		return;
	}
	/* a message that the client deleted */
	if (!session->del.begun)
		delete_begin(session, _mail->transaction);
	switch (session->del.action) {
	case COEXIST_DELETE_EXPUNGE:
		expunge(dmail, _mail, modify_type, keywords);
		break;
	case COEXIST_DELETE_HIDE:
		hide(dmail, _mail, modify_type, keywords);
		break;
	case COEXIST_DELETE_TRASH:
	case COEXIST_DELETE_ARCHIVE:
		if (seq_range_exists(&session->del.arrived, _mail->uid))
			mail_expunge(_mail);
		break;
	}
}

static void no_right(struct pop3_session *session, unsigned int count)
{
	struct pop3_delete *del = &session->del;

	del->failed = count;
	del->error = MAIL_ERROR_PERM;
	del->error_text = p_strdup_printf(session->client->pool,
		"%u deleted messages stay: Permission denied", count);
	e_warning(session->maildrop.box->event, "coexist: %s", del->error_text);
}

static void
remove_unasked(struct pop3_session *session,
	       struct mailbox_transaction_context *t,
	       const ARRAY_TYPE(uint32_t) *uids)
{
	const struct pop3_delete *del = &session->del;
	struct mail *mail = mail_alloc(t, 0, NULL);
	uint32_t uid;

	array_foreach_elem(uids, uid) {
		if ((del->action == COEXIST_DELETE_EXPUNGE ||
		     seq_range_exists(&del->arrived, uid)) &&
		    mail_set_uid(mail, uid))
			mail_expunge(mail);
	}
	mail_free(&mail);
}

/* Adds the UIDs of the messages that the client deleted and that are still
   there. */
static void
deleted_uids_left(const struct pop3_session *session,
		  struct mailbox_transaction_context *t,
		  ARRAY_TYPE(uint32_t) *uids)
{
	unsigned int i;
	uint32_t uid, seq;

	(void)mail_index_refresh(t->box->index);
	deleted_uids(session, t, uids);
	for (i = array_count(uids); i > 0; i--) {
		uid = *array_idx(uids, i - 1);
		if (!mail_index_lookup_seq(t->view, uid, &seq) ||
		    mail_index_is_expunged(t->view, seq))
			array_delete(uids, i - 1, 1);
	}
}

/* Deletes what nobody asked us to delete: the acl plugin lets a keyword that the
   user has no right to set, by which Dovecot would ask, get lost without an
   error. Expunging is another right. */
static void
delete_unasked(struct pop3_session *session,
	       struct mailbox_transaction_context *t)
{
	ARRAY_TYPE(uint32_t) uids;

	t_array_init(&uids, 128);
	deleted_uids_left(session, t, &uids);
	if (array_is_empty(&uids))
		return;
	delete_begin(session, t);
	if (session->del.action == COEXIST_DELETE_HIDE)
		no_right(session, array_count(&uids));
	/* a site that only hides what is deleted lives with it */
	else if (session->del.action != COEXIST_DELETE_EXPUNGE ||
		 !session->del.expunge_flags)
		remove_unasked(session, t, &uids);
}

/* The end of it: who gets an error deletes them again. */
static int
pop3_delete_transaction_commit(struct mailbox_transaction_context *t,
			       struct mail_transaction_commit_changes
					*changes_r)
{
	struct mailbox *box = t->box;
	struct pop3_delete_mailbox *dbox =
		POP3_DELETE_MAILBOX_CONTEXT_REQUIRE(box);
	struct pop3_session *session = dbox->session;
	struct pop3_delete *del = &session->del;
	int ret;

	if (session->client->quit_seen && !del->begun &&
	    pop3_maildrop_deleted_count(&session->maildrop) > 0 && !mailbox_is_readonly(box)) {
		T_BEGIN {
			delete_unasked(session, t);
		} T_END;
	}
	ret = dbox->module_ctx.super.transaction_commit(t, changes_r);
	if (del->target != NULL) {
		if (ret < 0) {
			coexist_move_take_back(box,
				session->client->uid_validity, del->target,
				&del->arrived, &del->arrived_as);
		}
		mailbox_free(&del->target);
	}
	return ret;
}

/* Watches the session's commits from outside of all other plugins: some of them
   make a rollback of one. */
static void watch_commits(struct pop3_session *session, struct mailbox *box)
{
	struct pop3_delete_mailbox *dbox;

	if (POP3_DELETE_MAILBOX_CONTEXT(box) != NULL)
		return;
	dbox = p_new(box->pool, struct pop3_delete_mailbox, 1);
	dbox->session = session;
	dbox->module_ctx.super = box->v;
	box->v.transaction_commit = pop3_delete_transaction_commit;
	MODULE_CONTEXT_SET(box, pop3_delete_mailbox_module, dbox);
}

void pop3_delete_mail_allocated(struct mail *_mail)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct mail_vfuncs *v = mail->vlast;
	struct pop3_session *session =
		pop3_session_find(_mail->box->storage->user);
	struct pop3_delete_mail *dmail;

	if (session == NULL || !pop3_maildrop_has(&session->maildrop, _mail->box) ||
	    !pop3_delete_is_needed(&session->del))
		return;

	watch_commits(session, _mail->box);
	dmail = p_new(mail->pool, struct pop3_delete_mail, 1);
	dmail->session = session;
	dmail->module_ctx.super = *v;
	mail->vlast = &dmail->module_ctx.super;
	v->update_keywords = pop3_delete_update_keywords;
	MODULE_CONTEXT_SET(mail, pop3_delete_mail_module, dmail);
}

int pop3_delete_finish(struct pop3_session *session, struct mailbox *box)
{
	struct pop3_delete *del = &session->del;

	if (del->action == COEXIST_DELETE_EXPUNGE)
		return 0;
	/* Dovecot deletes nothing in a mailbox that it can only read, and says
	   that all went well. */
	if (mailbox_is_readonly(box) && pop3_maildrop_deleted_count(&session->maildrop) > 0) {
		mail_storage_set_error(box->storage, MAIL_ERROR_PERM,
			t_strdup_printf("%u deleted messages stay, the mailbox "
					"is read-only",
					pop3_maildrop_deleted_count(&session->maildrop)));
		return -1;
	}
	if (del->failed == 0)
		return 0;
	/* it is in the log; mailbox_sync_deinit() would log this one again */
	if (del->error == MAIL_ERROR_NOTPOSSIBLE)
		del->error = MAIL_ERROR_PERM;
	mail_storage_set_error(box->storage, del->error, del->error_text);
	return -1;
}
