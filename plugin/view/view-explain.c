/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in view-explain.h. */

#include "lib.h"
#include "view-explain.h"
#include "ioloop.h"
#include "mail-storage-private.h"
#include "coexist/day.h"
#include "hidden-keyword.h"
#include "mailbox-state.h"
#include "maildrop-folders.h"
#include "notice.h"
#include "session-policy.h"
#include "view-filter.h"
#include "view-listing.h"
#include "view-store.h"
#include "view-walk.h"

/* Returns what hides by a POP3 client's DELE, NULL if nothing does. */
static const char *hidden_keyword(const struct coexist_view_box *vbox)
{
	return coexist_hidden_keyword(vbox->user, vbox->guid == NULL);
}

static bool is_hidden(struct coexist_view_box *vbox, uint32_t seq)
{
	const char *keyword = hidden_keyword(vbox);

	if (keyword == NULL)
		return FALSE;
	mail_set_seq(vbox->mail, seq);
	return str_array_icase_find(mail_get_keywords(vbox->mail), keyword);
}

/* Returns the keys by which a message leaves for the reason of this word, none if only a
   later version has that. */
static const char *word_keys(const char *word)
{
	unsigned int i;

	for (i = 0; i < COEXIST_VIEW_REASON_COUNT; i++) {
		if (strcmp(coexist_view_reason_word(i), word) == 0)
			return coexist_view_reason_keys(i);
	}
	return "";
}

static void
explain_left(const struct coexist_view_memory *memory,
	     struct coexist_view_message *message)
{
	const struct coexist_view_left *left;
	unsigned int i, count;

	left = array_get(&memory->left, &count);
	for (i = 0; i < count; i++) {
		if (!seq_range_exists(&left[i].uids, message->uid))
			continue;
		message->why = left[i].word;
		message->keys = word_keys(left[i].word);
		message->left = (time_t)left[i].day * COEXIST_SECS_PER_DAY;
		return;
	}
}

static void
explain_hidden(const struct coexist_view_box *vbox,
	       const struct coexist_view_look *look,
	       struct coexist_view_message *message)
{
	unsigned int i;
	enum coexist_view_reason reason;

	explain_left(&vbox->memory, message);
	for (i = 0; i < COEXIST_VIEW_REASON_COUNT && *message->why == '\0';
	     i++) {
		reason = (enum coexist_view_reason)i;
		if (seq_range_exists(&look->hidden[reason], message->uid)) {
			message->why = coexist_view_reason_word(reason);
			message->keys = coexist_view_reason_keys(reason);
		}
	}
}

static void
explain_message(struct coexist_view_box *vbox,
		const struct coexist_view_listing *listing,
		const ARRAY_TYPE(seq_range) *notices, uint32_t seq,
		struct coexist_view_message *message_r)
{
	mail_index_lookup_uid(vbox->t->view, seq, &message_r->uid);
	message_r->received = coexist_view_box_received(vbox, seq);
	message_r->shown = seq_range_exists(&listing->shown, seq);
	message_r->why = message_r->keys = "";
	if (is_hidden(vbox, seq)) {
		message_r->shown = FALSE;
		message_r->why = "hidden";
	} else if (!message_r->shown) {
		explain_hidden(vbox, &listing->look, message_r);
	} else if (seq_range_exists(notices, message_r->uid)) {
		message_r->why = "notice";
	} else if (seq_range_exists(&vbox->memory.due, message_r->uid)) {
		message_r->why = "due";
	}
}

/* What is explained: all messages, or only those that are back and not shown. */
struct explaining {
	ARRAY_TYPE(coexist_view_message) *messages;
	/* NULL for all */
	const ARRAY_TYPE(coexist_undo_back) *back;
	/* names of the mailboxes that the maildrop has */
	ARRAY_TYPE(const_string) names;
};

/* Returns the UIDs to explain in the mailbox, or NULL. */
static const ARRAY_TYPE(seq_range) *
back_find(const ARRAY_TYPE(coexist_undo_back) *backs, const char *mailbox)
{
	const struct coexist_undo_back *back;

	array_foreach(backs, back) {
		if (strcmp(back->mailbox, mailbox) == 0)
			return &back->uids;
	}
	return NULL;
}

static bool is_wanted(const struct coexist_view_box *vbox,
		      const ARRAY_TYPE(seq_range) *wanted, uint32_t seq)
{
	uint32_t uid;

	if (wanted == NULL)
		return TRUE;
	mail_index_lookup_uid(vbox->t->view, seq, &uid);
	return seq_range_exists(wanted, uid);
}

static int explain(struct coexist_view_box *vbox, void *context)
{
	struct explaining *explaining = context;
	const char *name = vbox->guid == NULL ? "INBOX" :
		t_strdup(mailbox_get_vname(vbox->box));
	const ARRAY_TYPE(seq_range) *wanted = NULL;
	struct coexist_view_filter filter;
	struct coexist_view_listing listing;
	ARRAY_TYPE(seq_range) notices;
	const struct coexist_view_request request = {
		.t = vbox->t,
		.filter = &filter,
		.memory = &vbox->memory,
		.notices = &notices,
		.hidden_keyword = hidden_keyword(vbox),
		.last_uid = UINT32_MAX
	};
	struct coexist_view_message message;
	uint32_t seq;

	if (explaining->back != NULL) {
		array_push_back(&explaining->names, &name);
		wanted = back_find(explaining->back, name);
		if (wanted == NULL)
			return 0;
	}
	coexist_view_filter_init(&filter, vbox->policy, ioloop_time);
	t_array_init(&notices, 4);
	if (vbox->guid == NULL && vbox->box->virtual_vfuncs == NULL) {
		coexist_notice_get_places(coexist_mailbox_state_peek(vbox->user),
					  vbox->uidvalidity, &notices);
	}
	coexist_view_list(&request, &listing);
	for (seq = 1; seq <= vbox->count; seq++) {
		if (!is_wanted(vbox, wanted, seq))
			continue;
		i_zero(&message);
		explain_message(vbox, &listing, &notices, seq, &message);
		if (wanted != NULL && message.shown)
			continue;
		message.mailbox = t_strdup(mailbox_get_vname(vbox->box));
		array_push_back(explaining->messages, &message);
	}
	return 0;
}

int coexist_view_explain(struct mail_user *user, bool lacks_virtual,
			 ARRAY_TYPE(coexist_view_message) *messages_r)
{
	struct explaining explaining = { .messages = messages_r };

	t_array_init(messages_r, 128);
	if (!lacks_virtual || !coexist_maildrop_folders_wanted(
					coexist_session_policy_get(user)))
		return coexist_view_walk(user, explain, &explaining);
	e_warning(user->event, "coexist: POP3 is shown INBOX alone: the plugin "
		  "virtual is not in the mail_plugins of protocol pop3");
	return coexist_view_walk_inbox(user, explain, &explaining);
}

/* Returns FALSE if POP3 is shown all of these messages, as far as is known without a look into
   the mailboxes. */
static bool
may_hide(struct mail_user *user, const ARRAY_TYPE(coexist_undo_back) *back)
{
	const char *state = coexist_mailbox_state_peek(user);
	const struct coexist_undo_back *first;
	struct coexist_view_filter filter;

	if (array_is_empty(back))
		return FALSE;
	first = array_front(back);
	coexist_view_filter_init(&filter, coexist_session_policy_get(user),
				 ioloop_time);
	return !coexist_view_filter_is_all(&filter) ||
		coexist_view_store_exists(state) || array_count(back) > 1 ||
		strcmp(first->mailbox, "INBOX") != 0;
}

/* Of a mailbox that the maildrop does not have, POP3 is shown nothing. */
static void
explain_without(struct explaining *explaining,
		const struct coexist_undo_back *back)
{
	struct coexist_view_message message = {
		.mailbox = back->mailbox,
		.received = (time_t)-1,
		.why = coexist_view_reason_word(COEXIST_VIEW_FOLDER),
		.keys = coexist_view_reason_keys(COEXIST_VIEW_FOLDER)
	};
	struct seq_range_iter iter;
	unsigned int n = 0;

	if (array_lsearch(&explaining->names, &back->mailbox, i_strcmp_p) !=
	    NULL)
		return;
	seq_range_array_iter_init(&iter, &back->uids);
	while (seq_range_array_iter_nth(&iter, n++, &message.uid))
		array_push_back(explaining->messages, &message);
}

int coexist_view_find_unlisted(struct mail_user *user,
			       const ARRAY_TYPE(coexist_undo_back) *back,
			       ARRAY_TYPE(coexist_view_message) *messages_r)
{
	struct explaining explaining = {
		.messages = messages_r, .back = back
	};
	const struct coexist_undo_back *one;

	t_array_init(messages_r, 16);
	t_array_init(&explaining.names, 16);
	if (!may_hide(user, back))
		return 0;
	if (coexist_view_walk(user, explain, &explaining) < 0)
		return -1;
	array_foreach(back, one)
		explain_without(&explaining, one);
	return 0;
}
