/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-delete.h.

   At QUIT Dovecot goes through the messages that the client deleted. When the
   first one comes by, the run begins: it is settled what is done, and all that is
   to be moved is copied. When Dovecot begins to expunge, the copies have
   arrived. */

#include "pop3-common.h"
#include "array.h"
#include "seq-range-array.h"
#include "mail-storage-private.h"
#include "pop3-delete.h"
#include "compat-pop3.h"
#include "pop3-delete-limit.h"
#include "pop3-delete-move.h"
#include "pop3-delete-policy.h"
#include "pop3-folders.h"
#include "pop3-folders-changes.h"
#include "pop3-keyword.h"
#include "pop3-maildrop.h"
#include "pop3-mark.h"
#include "pop3-read-state.h"
#include "coexist-event.h"
#include "index-lost.h"
#include "private-flags.h"
#include "session-changes.h"
#include "storage-driver.h"

#define POP3_DELETE_MAIL_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_delete_mail_module)

struct pop3_delete {
	struct client *client;
	struct pop3_maildrop *maildrop;
	struct pop3_read_state *read_state;
	struct pop3_delete_policy policy;
	/* the client's own */
	struct pop3_settings *set;
	/* EXPUNGE is hiding already, by the site's pop3_delete_type */
	bool expunge_flags;

	/* The run at QUIT. */
	bool begun;
	enum coexist_delete action;
	/* How many messages are held, and the sequences of those that are to be
	   read nevertheless. */
	unsigned int held;
	ARRAY_TYPE(seq_range) held_seen;
	struct pop3_delete_move move;
	struct pop3_delete_failure failure;
	/* INBOX, and how many of its messages are hidden */
	struct mailbox *inbox;
	unsigned int hidden;

	/* Messages outside INBOX: the sequences of those that are to be read, once the
	   first comes by, and how many can't be hidden. */
	ARRAY_TYPE(seq_range) elsewhere_seen;
	unsigned int elsewhere_refused, elsewhere_failed;
};

struct pop3_delete_mail {
	union mail_module_context module_ctx;
	struct pop3_delete *del;
};

static MODULE_CONTEXT_DEFINE_INIT(pop3_delete_mail_module,
				  &mail_module_register);

/* The run begins */

static void
move_begin(struct pop3_delete *del, struct mailbox_transaction_context *t)
{
	if (!pop3_delete_move_begin(&del->move, t, del->action,
				    &del->failure)) {
		e_warning(t->box->event, "coexist: Hiding what was "
			  "deleted, it can't be moved to where it is");
		del->action = COEXIST_DELETE_HIDE;
	}
}

/* Hides what the client deleted, and leaves it as read as if the client had only
   downloaded it: it may be the owner's unread mail, deleted by accident. Dovecot
   marks no message read that it was asked to delete. */
static void hold(struct pop3_delete *del, unsigned int count)
{
	del->held = count;
	del->action = COEXIST_DELETE_HIDE;
	p_array_init(&del->held_seen, del->client->pool, 16);
	pop3_maildrop_get_deleted_seen(del->maildrop, &del->held_seen);
}

/* Returns the key of the policy that decides. */
static const char *action_key(const struct pop3_delete *del)
{
	if (del->held > 0) {
		return t_strdup_printf("pop3_delete_limit=%u",
				       del->policy.limit);
	}
	return del->policy.is_partial ?
		"pop3_delete, some documents can't be read" : "pop3_delete";
}

/* Returns how many messages of INBOX, the transaction's mailbox, the client deleted:
   of others nothing is lost that a limit could save. */
static unsigned int
inbox_count(const struct pop3_delete *del,
	    const struct mailbox_transaction_context *t)
{
	ARRAY_TYPE(uint32_t) uids;
	unsigned int count;

	if (pop3_folders_get(del->client->user) == NULL)
		return del->client->deleted_count;
	T_BEGIN {
		t_array_init(&uids, 128);
		pop3_maildrop_get_deleted(del->maildrop, t, &uids);
		count = array_count(&uids);
	} T_END;
	return count;
}

/* From here to the end of the sync, an error of the storage is one of hiding. */
static void
hide_begin(struct pop3_delete *del, struct mailbox *inbox, unsigned int count)
{
	del->inbox = inbox;
	del->hidden = count;
	mail_storage_clear_error(inbox->storage);
}

static void
delete_begin(struct pop3_delete *del, struct mailbox_transaction_context *t)
{
	unsigned int count = inbox_count(del, t);

	del->begun = TRUE;
	T_BEGIN {
		del->action = pop3_delete_policy_settle(&del->policy,
							del->client->user);
	} T_END;
	if (del->policy.limit != 0 && count > del->policy.limit)
		hold(del, count);
	coexist_trace(del->client->user, "DELE: %u messages: %s (%s)",
		      count, pop3_delete_action_name(del->action),
		      action_key(del));
	switch (del->action) {
	case COEXIST_DELETE_EXPUNGE:
	case COEXIST_DELETE_HIDE:
		break;
	case COEXIST_DELETE_TRASH:
	case COEXIST_DELETE_ARCHIVE:
		T_BEGIN {
			move_begin(del, t);
		} T_END;
		break;
	}
	if (del->action == COEXIST_DELETE_HIDE)
		hide_begin(del, t->box, count);
}

/* Message by message */

static void mark_read(struct pop3_delete *del, struct mail *mail)
{
	if (coexist_private_flags_can_set(mail))
		mail_update_flags(mail, MODIFY_ADD, MAIL_SEEN);
	/* see pop3-mark.c */
	if ((mail_get_flags(mail) & MAIL_SEEN) == 0)
		pop3_read_state_refused(del->read_state);
}

/* Returns TRUE if a message that is hidden becomes read. */
static bool hide_marks_read(const struct pop3_delete *del,
			    const struct mail *mail)
{
	return del->held > 0 ? seq_range_exists(&del->held_seen, mail->seq) :
		del->policy.mark_read;
}

static const char *hidden_keyword(const struct pop3_delete *del)
{
	return *del->set->pop3_deleted_flag == '\0' ? POP3_HIDDEN_KEYWORD :
		del->set->pop3_deleted_flag;
}

/* Returns FALSE if the user may not hide the message. */
static bool keyword_set(const struct pop3_delete *del, struct mail *real)
{
	const char *const names[] = { hidden_keyword(del), NULL };
	struct mail_keywords *keywords;

	pop3_keyword_allow(real->box, names[0]);
	keywords = mailbox_keywords_create_valid(real->box, names);
	mail_update_keywords(real, MODIFY_ADD, keywords);
	mailbox_keywords_unref(&keywords);
	/* the acl plugin lets it get lost without an error */
	return str_array_icase_find(mail_get_keywords(real), names[0]);
}

/* What Dovecot would do, if it was only to hide. */
static void
keyword_add(struct pop3_delete_mail *dmail, struct mail *mail,
	    struct mail *real, enum modify_type modify_type,
	    struct mail_keywords *keywords)
{
	if (real == mail) {
		dmail->module_ctx.super.update_keywords(mail, modify_type,
							keywords);
	} else if (mailbox_is_readonly(real->box) ||
		   !keyword_set(dmail->del, real)) {
		dmail->del->elsewhere_refused++;
	}
}

static void hide(struct pop3_delete_mail *dmail, struct mail *mail,
		 struct mail *real, enum modify_type modify_type,
		 struct mail_keywords *keywords)
{
	if (hide_marks_read(dmail->del, mail))
		mark_read(dmail->del, real);
	keyword_add(dmail, mail, real, modify_type, keywords);
}

static void expunge(struct pop3_delete_mail *dmail, struct mail *mail,
		    struct mail *real, enum modify_type modify_type,
		    struct mail_keywords *keywords)
{
	if (dmail->del->expunge_flags)
		keyword_add(dmail, mail, real, modify_type, keywords);
	else if (real != mail && mailbox_is_readonly(real->box))
		dmail->del->elsewhere_refused++;
	else
		mail_expunge(real);
}

/* Outside INBOX a message is hidden, whatever pop3_delete says. It becomes as read as if
   the client had only downloaded it. */
static void
hide_elsewhere(struct pop3_delete *del, const struct mail *mail,
	       struct mailbox *real_box, uint32_t real_uid)
{
	struct pop3_mark mark = {
		.real_uid = real_uid,
		.real_box = real_box,
		.hidden = hidden_keyword(del)
	};

	if (!array_is_created(&del->elsewhere_seen)) {
		p_array_init(&del->elsewhere_seen, del->client->pool, 16);
		pop3_maildrop_get_deleted_seen(del->maildrop,
					       &del->elsewhere_seen);
	}
	mark.seen = seq_range_exists(&del->elsewhere_seen, mail->seq);
	pop3_folders_change(pop3_folders_get(del->client->user), &mark);
}

/* It is found out when the changes are made whether the mailbox has another name now. */
static void hide_in_replaced(struct pop3_delete *del, struct mail *mail)
{
	const struct pop3_folder *folder;
	uint32_t uid;

	folder = pop3_folders_find_replaced(mail, &uid);
	if (folder != NULL)
		hide_elsewhere(del, mail, folder->box, uid);
}

static void
delete_from_inbox(struct pop3_delete_mail *dmail, struct mail *mail,
		  struct mail *real, enum modify_type modify_type,
		  struct mail_keywords *keywords)
{
	struct pop3_delete *del = dmail->del;

	if (!del->begun)
		delete_begin(del, real->transaction);
	switch (del->action) {
	case COEXIST_DELETE_EXPUNGE:
		expunge(dmail, mail, real, modify_type, keywords);
		break;
	case COEXIST_DELETE_HIDE:
		hide(dmail, mail, real, modify_type, keywords);
		break;
	case COEXIST_DELETE_TRASH:
	case COEXIST_DELETE_ARCHIVE:
		if (pop3_delete_move_has_arrived(&del->move, real->uid))
			mail_expunge(real);
		break;
	}
}

static void
pop3_delete_update_keywords(struct mail *_mail, enum modify_type modify_type,
			    struct mail_keywords *keywords)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct pop3_delete_mail *dmail = POP3_DELETE_MAIL_CONTEXT(mail);
	struct pop3_delete *del = dmail->del;
	struct mail *real;

	if (keywords != del->client->deleted_kw) {
		dmail->module_ctx.super.update_keywords(_mail, modify_type,
							keywords);
		return;
	}
	/* a message that the client deleted; if it is gone, all is done */
	real = pop3_folders_real_mail(_mail);
	if (real == NULL)
		hide_in_replaced(del, _mail);
	else if (real == _mail || pop3_folders_is_inbox(real->box))
		delete_from_inbox(dmail, _mail, real, modify_type, keywords);
	else
		hide_elsewhere(del, _mail, real->box, real->uid);
}

/* What Dovecot did not ask about */

static void no_right(struct pop3_delete *del, unsigned int count)
{
	del->failure.count = count;
	del->failure.error = MAIL_ERROR_PERM;
	del->failure.text = p_strdup_printf(del->client->pool,
		"%u deleted messages stay: Permission denied", count);
	e_warning(del->maildrop->box->event, "coexist: %s", del->failure.text);
}

static void
remove_unasked(struct pop3_delete *del, struct mailbox_transaction_context *t,
	       const ARRAY_TYPE(uint32_t) *uids)
{
	struct mail *mail = mail_alloc(t, 0, NULL);
	uint32_t uid;

	array_foreach_elem(uids, uid) {
		if ((del->action == COEXIST_DELETE_EXPUNGE ||
		     pop3_delete_move_has_arrived(&del->move, uid)) &&
		    mail_set_uid(mail, uid))
			mail_expunge(mail);
	}
	mail_free(&mail);
}

/* Adds the UIDs of the messages that the client deleted and that are still
   there. */
static void
deleted_uids_left(const struct pop3_delete *del,
		  struct mailbox_transaction_context *t,
		  ARRAY_TYPE(uint32_t) *uids)
{
	unsigned int i;
	uint32_t uid, seq;

	(void)mail_index_refresh(t->box->index);
	pop3_maildrop_get_deleted(del->maildrop, t, uids);
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
delete_unasked(struct pop3_delete *del, struct mailbox_transaction_context *t)
{
	ARRAY_TYPE(uint32_t) uids;

	t_array_init(&uids, 128);
	deleted_uids_left(del, t, &uids);
	if (array_is_empty(&uids))
		return;
	delete_begin(del, t);
	if (del->action == COEXIST_DELETE_HIDE)
		no_right(del, array_count(&uids));
	/* a site that only hides what is deleted lives with it */
	else if (del->action != COEXIST_DELETE_EXPUNGE || !del->expunge_flags)
		remove_unasked(del, t, &uids);
}

/* The run ends */

void pop3_delete_commit_begin(struct pop3_delete *del,
			      struct mailbox_transaction_context *t)
{
	if (del->begun || mailbox_is_readonly(t->box) ||
	    del->client->deleted_count == 0)
		return;
	T_BEGIN {
		delete_unasked(del, t);
	} T_END;
}

void pop3_delete_commit_end(struct pop3_delete *del, struct mailbox *box,
			    bool committed)
{
	pop3_delete_move_end(&del->move, box, committed);
}

void pop3_delete_changed(struct pop3_delete *del,
			 const struct pop3_folders_changes_result *result)
{
	del->elsewhere_refused += result->hide_refused;
	del->elsewhere_failed += result->hide_failed;
}

/* Messages that could not be hidden are in the failure, if there is no other. */
static void elsewhere_finish(struct pop3_delete *del)
{
	if (del->failure.count > 0)
		return;
	if (del->elsewhere_refused > 0) {
		no_right(del, del->elsewhere_refused);
	} else if (del->elsewhere_failed > 0) {
		/* why is in the log */
		del->failure.count = del->elsewhere_failed;
		del->failure.error = MAIL_ERROR_TEMP;
		del->failure.text = "Deleted messages stay";
	}
}

/* Dovecot takes it for no failure that the index could not be written, and is in
   memory; and in a maildir that a message's file, whose name has the keywords, could
   not be renamed. */
static bool has_lost_keywords(struct mailbox *inbox)
{
	return coexist_mailbox_has_lost_index(inbox) ||
		(coexist_storage_is_maildir(inbox->storage) &&
		 inbox->storage->error == MAIL_ERROR_TEMP);
}

/* A client that is shown the rest alone would delete no more than the limit. What has
   the keyword in the index has lost it when this is committed, also if the file can't
   be renamed. */
static void hold_take_back(struct pop3_delete *del)
{
	const char *const names[] = { hidden_keyword(del), NULL };
	struct mailbox_transaction_context *t =
		mailbox_transaction_begin(del->inbox, 0, __func__);
	struct mail_keywords *keywords =
		mailbox_keywords_create_valid(del->inbox, names);
	struct mail *mail = mail_alloc(t, 0, NULL);
	ARRAY_TYPE(uint32_t) uids;
	uint32_t uid;

	t_array_init(&uids, 128);
	deleted_uids_left(del, t, &uids);
	array_foreach_elem(&uids, uid) {
		if (mail_set_uid(mail, uid))
			mail_update_keywords(mail, MODIFY_REMOVE, keywords);
	}
	mail_free(&mail);
	mailbox_keywords_unref(&keywords);
	if (mailbox_transaction_commit(&t) < 0) {
		e_error(del->inbox->event, "coexist: Can't show all deleted "
			"messages again: %s",
			mailbox_get_last_internal_error(del->inbox, NULL));
	}
}

static void hide_finish(struct pop3_delete *del)
{
	if (del->inbox == NULL || !del->inbox->opened ||
	    del->failure.count > 0 || !has_lost_keywords(del->inbox))
		return;
	del->failure.count = del->hidden;
	del->failure.error = MAIL_ERROR_TEMP;
	del->failure.text = p_strdup_printf(del->client->pool,
		"Up to %u deleted messages stay: Can't write the mailbox",
		del->hidden);
	e_warning(del->inbox->event, "coexist: %s", del->failure.text);
	if (del->held > 0 && !coexist_mailbox_has_lost_index(del->inbox)) T_BEGIN {
		hold_take_back(del);
	} T_END;
}

int pop3_delete_finish(struct pop3_delete *del, struct mailbox *box)
{
	unsigned int count = del->client->deleted_count;

	pop3_delete_move_synced(&del->move);
	hide_finish(del);
	elsewhere_finish(del);
	if (del->action == COEXIST_DELETE_EXPUNGE && del->failure.count == 0)
		return 0;
	/* Dovecot deletes nothing in a mailbox that it can only read, and says
	   that all went well. */
	if (mailbox_is_readonly(box) && count > 0) {
		mail_storage_set_error(box->storage, MAIL_ERROR_PERM,
			t_strdup_printf("%u deleted messages stay, the mailbox "
					"is read-only", count));
		return -1;
	}
	if (del->failure.count == 0)
		return 0;
	/* it is in the log; mailbox_sync_deinit() would log this one again */
	if (del->failure.error == MAIL_ERROR_NOTPOSSIBLE)
		del->failure.error = MAIL_ERROR_PERM;
	mail_storage_set_error(box->storage, del->failure.error,
			       del->failure.text);
	return -1;
}

/* The session */

static void keyword_create(struct pop3_delete *del, struct mailbox *box)
{
	static const char *const keywords[] = { POP3_HIDDEN_KEYWORD, NULL };

	pop3_keyword_allow(box, POP3_HIDDEN_KEYWORD);
	/* a name that the index knows is valid */
	del->client->deleted_kw =
		mailbox_keywords_create_valid(box, keywords);
}

void pop3_delete_mail_allocated(struct pop3_delete *del, struct mail *_mail)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct mail_vfuncs *v = mail->vlast;
	struct pop3_delete_mail *dmail;

	/* the first one that Dovecot is about to delete */
	if (del->client->quit_seen && del->client->deleted_kw == NULL)
		keyword_create(del, _mail->box);
	dmail = p_new(mail->pool, struct pop3_delete_mail, 1);
	dmail->del = del;
	dmail->module_ctx.super = *v;
	mail->vlast = &dmail->module_ctx.super;
	v->update_keywords = pop3_delete_update_keywords;
	MODULE_CONTEXT_SET(mail, pop3_delete_mail_module, dmail);
}

void pop3_delete_mailbox_synced(struct pop3_delete *del, struct mailbox *box)
{
	struct client *client = del->client;
	unsigned int idx;

	/* Only Dovecot's sync before it reads the messages may find the keyword:
	   what is hidden later is shown until the session ends. */
	if (client->deleted_kw != NULL || client->trans != NULL ||
	    client->quit_seen ||
	    !mail_index_keyword_lookup(box->index, POP3_HIDDEN_KEYWORD, &idx))
		return;
	del->set->pop3_deleted_flag = POP3_HIDDEN_KEYWORD;
	keyword_create(del, box);
}

static void settings_change(struct pop3_delete *del)
{
	struct pop3_settings *set = coexist_pop3_settings_copy(del->client);

	del->set = set;
	del->expunge_flags = set->parsed_delete_type == POP3_DELETE_TYPE_FLAG;
	/* A site that hides by a keyword already goes on with its own. */
	if (set->pop3_deleted_flag[0] != '\0') {
		coexist_changes_set_hidden_keyword(
			coexist_changes_get(del->client->user),
			set->pop3_deleted_flag);
	}
	set->parsed_delete_type = POP3_DELETE_TYPE_FLAG;
}

struct pop3_delete *
pop3_delete_create(struct pop3_maildrop *maildrop,
		   struct pop3_read_state *read_state,
		   const struct pop3_delete_policy *policy)
{
	struct client *client = maildrop->client;
	struct pop3_delete *del = p_new(client->pool, struct pop3_delete, 1);

	del->client = client;
	del->maildrop = maildrop;
	del->read_state = read_state;
	del->policy = *policy;
	del->action = policy->action;
	pop3_delete_move_init(&del->move, maildrop, read_state,
			      policy->mark_read);
	settings_change(del);
	return del;
}

void pop3_delete_end(struct pop3_delete *del)
{
	pop3_delete_move_deinit(&del->move);
	if (del->held > 0 && del->client->delete_success) {
		pop3_delete_limit_tell(del->client->user, del->held,
				       del->policy.limit);
	}
}

struct pop3_delete_result
pop3_delete_get_result(const struct pop3_delete *del)
{
	struct pop3_delete_result result = {
		.action = del->action,
		.failed = del->failure.count
	};

	return result;
}
