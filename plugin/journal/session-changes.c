/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in session-changes.h. */

#include "lib.h"
#include "session-changes.h"
#include "array.h"
#include "guid.h"
#include "lib-event.h"
#include "mail-storage-private.h"
#include "coexist-event.h"
#include "copied-messages.h"
#include "journal-buffer.h"
#include "keywords.h"
#include "policy-decision.h"
#include "session-policy.h"
#include "user-hooks.h"

#define CHANGES_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, coexist_changes_user_module)
#define CHANGES_USER_CONTEXT_REQUIRE(obj) \
	MODULE_CONTEXT_REQUIRE(obj, coexist_changes_user_module)

struct coexist_changes {
	/* what goes on again when this ends */
	struct coexist_changes *outer;

	struct mail_user *user;
	char *id;
	char *cause;
	char *undoes;
	/* of this session, not of a run in it */
	bool is_session;
	bool log_nothing;

	struct coexist_copied_messages copied;
	struct coexist_journal_buffer buffer;
};

struct coexist_changes_user {
	union mail_user_module_context module_ctx;
	/* what the user's functions of this module call */
	const struct mail_user_vfuncs *super;
	struct coexist_changes *current;
};

static MODULE_CONTEXT_DEFINE_INIT(coexist_changes_user_module,
				  &mail_user_module_register);

/* Returns TRUE if the policy is about something that somebody may ask about. */
static bool policy_wants_journal(const struct coexist_policy *policy)
{
	return policy != NULL &&
		(coexist_policy_number(policy,
			COEXIST_KEY_pop3_mark_read) != COEXIST_MARK_READ_STOCK ||
		 coexist_policy_number(policy,
			COEXIST_KEY_pop3_mark_downloaded) != 0 ||
		 coexist_policy_number(policy,
			COEXIST_KEY_pop3_delete) != COEXIST_DELETE_EXPUNGE ||
		 coexist_policy_number(policy,
			COEXIST_KEY_pop3_delete_limit) != 0 ||
		 coexist_policy_number(policy,
			COEXIST_KEY_pop3_keep_days) != 0 ||
		 strcmp(coexist_policy_text(policy, COEXIST_KEY_pop3_folders),
			"INBOX") != 0);
}

static bool is_session_of_client(const struct mail_user *user)
{
	enum coexist_protocol protocol = coexist_protocol_find(user->service);

	return protocol == COEXIST_PROTOCOL_IMAP ||
		protocol == COEXIST_PROTOCOL_POP3;
}

static struct coexist_changes_user *changes_user_create(struct mail_user *user)
{
	struct coexist_changes_user *cuser;

	cuser = p_new(user->pool, struct coexist_changes_user, 1);
	MODULE_CONTEXT_SET(user, coexist_changes_user_module, cuser);
	coexist_user_hooks_add(user, COEXIST_HOOKS_JOURNAL);
	return cuser;
}

static const char *new_id(const char *cause)
{
	guid_128_t guid;

	guid_128_generate(guid);
	return t_strdup_printf("%s-%s", cause, guid_128_to_string(guid));
}

/* Returns TRUE for the session of an IMAP client. */
static bool is_imap_session(const struct coexist_changes *changes)
{
	return changes->is_session && strcmp(changes->cause, "imap") == 0;
}

static struct coexist_changes *
changes_create(struct mail_user *user, const char *cause, bool is_session)
{
	struct coexist_changes *changes = i_new(struct coexist_changes, 1);
	const char *id = is_session ? user->session_id : NULL;

	changes->user = user;
	changes->cause = i_strdup(cause);
	changes->id = i_strdup(id != NULL && *id != '\0' ? id : new_id(cause));
	changes->is_session = is_session;
	changes->buffer.user = user;
	changes->buffer.head.session = changes->id;
	changes->buffer.head.protocol = changes->cause;
	changes->buffer.is_long = is_imap_session(changes);
	return changes;
}

static void changes_free(struct coexist_changes **_changes)
{
	struct coexist_changes *changes = *_changes;

	*_changes = NULL;
	coexist_copied_messages_free(&changes->copied);
	coexist_journal_buffer_deinit(&changes->buffer);
	i_free(changes->undoes);
	i_free(changes->cause);
	i_free(changes->id);
	i_free(changes);
}

static void changes_log(const struct coexist_changes *changes)
{
	const struct coexist_change_counts *counts = &changes->buffer.counts;
	struct event *event;
	struct event_passthrough *e;
	const char *text;
	unsigned int i;

	if (coexist_change_counts_total(counts) == 0) {
		coexist_trace(changes->user, "Nothing for the journal: %s %s "
			      "changed nothing in INBOX", changes->cause,
			      changes->id);
	}
	if (changes->log_nothing ||
	    coexist_change_counts_total(counts) == 0)
		return;
	event = coexist_event_create(changes->user);
	e = event_create_passthrough(event)->
		set_name("coexist_session_ended")->
		add_str("protocol", changes->cause)->
		add_str("coexist_session", changes->id);
	for (i = 0; i < COEXIST_CHANGE_COUNT; i++) {
		e = e->add_int(coexist_change_names[i],
			       (intmax_t)counts->messages[i]);
	}
	text = t_strconcat(changes->is_session ? "" : changes->cause,
			   changes->is_session ? "" : ": ",
			   coexist_change_counts_text(counts), NULL);
	/* an administrator who runs a command is told by what it prints */
	if (is_session_of_client(changes->user))
		e_info(e->event(), "coexist: %s", text);
	else
		e_debug(e->event(), "coexist: %s", text);
	event_unref(&event);
}

static void changes_finish(struct coexist_changes **changes)
{
	coexist_journal_buffer_flush(&(*changes)->buffer);
	T_BEGIN {
		changes_log(*changes);
	} T_END;
	changes_free(changes);
}

static void coexist_changes_user_deinit_pre(struct mail_user *user)
{
	struct coexist_changes_user *cuser = CHANGES_USER_CONTEXT_REQUIRE(user);

	/* whatever others do at the end first */
	cuser->super->deinit_pre(user);
	if (cuser->current != NULL)
		changes_finish(&cuser->current);
}

void coexist_changes_user_created(struct mail_user *user,
				  struct mail_user_vfuncs *v)
{
	struct coexist_changes_user *cuser;

	if (user->autocreated || !is_session_of_client(user))
		return;
	if (!policy_wants_journal(coexist_session_policy_get(user))) {
		coexist_trace(user, "No journal: the policy says nothing of "
			      "what POP3 marks, deletes or keeps");
		return;
	}

	cuser = changes_user_create(user);
	cuser->current = changes_create(user, user->service,
					/* is_session */ TRUE);
	cuser->super = user->vlast;
	v->deinit_pre = coexist_changes_user_deinit_pre;
}

struct coexist_changes *coexist_changes_get(struct mail_user *user)
{
	struct coexist_changes_user *cuser = CHANGES_USER_CONTEXT(user);

	return cuser == NULL ? NULL : cuser->current;
}

struct coexist_changes *
coexist_changes_begin(struct mail_user *user, const char *cause)
{
	struct coexist_changes_user *cuser = CHANGES_USER_CONTEXT(user);
	struct coexist_changes *changes;

	if (cuser == NULL)
		cuser = changes_user_create(user);
	T_BEGIN {
		changes = changes_create(user, cause, /* is_session */ FALSE);
	} T_END;
	changes->outer = cuser->current;
	cuser->current = changes;
	return changes;
}

void coexist_changes_log_nothing(struct coexist_changes *changes)
{
	if (changes != NULL)
		changes->log_nothing = TRUE;
}

void coexist_changes_end(struct coexist_changes **_changes)
{
	struct coexist_changes *changes = *_changes;
	struct coexist_changes_user *cuser;

	*_changes = NULL;
	if (changes == NULL)
		return;
	cuser = CHANGES_USER_CONTEXT_REQUIRE(changes->user);
	i_assert(cuser->current == changes);
	cuser->current = changes->outer;
	changes_finish(&changes);
}

struct coexist_changes *coexist_changes_suspend(struct mail_user *user)
{
	struct coexist_changes_user *cuser = CHANGES_USER_CONTEXT(user);
	struct coexist_changes *changes = coexist_changes_get(user);

	if (cuser != NULL)
		cuser->current = NULL;
	return changes;
}

void coexist_changes_resume(struct mail_user *user,
			    struct coexist_changes *changes)
{
	struct coexist_changes_user *cuser = CHANGES_USER_CONTEXT(user);

	if (cuser != NULL)
		cuser->current = changes;
}

void coexist_changes_set_private_flags(struct coexist_changes *changes)
{
	changes->buffer.head.user = changes->user->username;
}

void coexist_changes_set_undoes(struct coexist_changes *changes,
				const char *session_id)
{
	if (changes == NULL)
		return;
	i_free(changes->undoes);
	changes->undoes = i_strdup(session_id);
	changes->buffer.head.undoes = changes->undoes;
	changes->buffer.head.undoes_part = TRUE;
}

void coexist_changes_set_undone(struct coexist_changes *changes)
{
	if (changes != NULL)
		changes->buffer.head.undoes_part = FALSE;
}

void coexist_changes_set_hidden_keyword(struct coexist_changes *changes,
					const char *keyword)
{
	if (changes != NULL)
		changes->buffer.head.hidden_keyword = keyword;
}

const char *
coexist_changes_get_hidden_keyword(const struct coexist_changes *changes)
{
	return changes == NULL ||
		changes->buffer.head.hidden_keyword == NULL ?
		POP3_HIDDEN_KEYWORD : changes->buffer.head.hidden_keyword;
}

bool coexist_changes_have_flags(const struct coexist_changes *changes)
{
	return !is_imap_session(changes);
}

void coexist_changes_add(struct coexist_changes *changes,
			 enum coexist_change change, const char *mailbox,
			 uint32_t uidvalidity, uint32_t uid,
			 enum coexist_change_flags flags)
{
	if (changes == NULL)
		return;
	coexist_journal_buffer_add(&changes->buffer, change, mailbox,
				   uidvalidity, uid, flags);
}

void coexist_changes_copied(struct coexist_changes *changes,
			    const char *target, uint32_t target_uidvalidity,
			    const ARRAY_TYPE(seq_range) *uids,
			    const ARRAY_TYPE(seq_range) *target_uids,
			    const ARRAY_TYPE(seq_range) *marked)
{
	if (changes == NULL)
		return;
	coexist_copied_messages_add(&changes->copied, target,
				    target_uidvalidity, uids, target_uids,
				    marked);
}

/* Messages of INBOX that were expunged. */
struct expunged {
	struct coexist_changes *changes;
	uint32_t uidvalidity;
	/* those that had been unread */
	const ARRAY_TYPE(seq_range) *unseen;
};

static void
expunged_was_moved(void *context, uint32_t uid,
		   const struct coexist_copies *copies, uint32_t target_uid)
{
	struct expunged *expunged = context;
	enum coexist_change_flags flags = 0;

	if (seq_range_exists(expunged->unseen, uid))
		flags |= COEXIST_CHANGE_WAS_UNSEEN;
	if (seq_range_exists(&copies->marked, uid))
		flags |= COEXIST_CHANGE_MARKED;
	coexist_journal_buffer_add_moved(&expunged->changes->buffer,
					 expunged->uidvalidity, uid, flags,
					 copies->target,
					 copies->target_uidvalidity, target_uid);
}

void coexist_changes_expunged(struct coexist_changes *changes,
			      uint32_t uidvalidity,
			      ARRAY_TYPE(seq_range) *uids,
			      const ARRAY_TYPE(seq_range) *unseen)
{
	struct expunged expunged = {
		.changes = changes,
		.uidvalidity = uidvalidity,
		.unseen = unseen
	};
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t uid;

	if (changes == NULL)
		return;
	coexist_copied_messages_take(&changes->copied, uids,
				     expunged_was_moved, &expunged);
	seq_range_array_iter_init(&iter, uids);
	while (seq_range_array_iter_nth(&iter, n++, &uid)) {
		coexist_changes_add(changes, COEXIST_CHANGE_EXPUNGED,
				    /*mailbox=*/NULL, uidvalidity, uid,
				    seq_range_exists(unseen, uid) ?
				    COEXIST_CHANGE_WAS_UNSEEN : 0);
	}
	array_clear(uids);
}

const char *coexist_changes_get_id(const struct coexist_changes *changes)
{
	return changes == NULL ? "" : changes->id;
}
