/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in view-admin.h. */

#include "lib.h"
#include "view-admin.h"
#include "array.h"
#include "ioloop.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "coexist/day.h"
#include "copy-store.h"
#include "hidden-keyword.h"
#include "mailbox-failure.h"
#include "mailbox-guids.h"
#include "mailbox-state.h"
#include "maildrop-folders.h"
#include "maildrop-memory.h"
#include "notice.h"
#include "session-policy.h"
#include "uid-ranges.h"
#include "view-filter.h"
#include "view-listing.h"
#include "view-store.h"

/* A mailbox of the maildrop, while it is looked at. */
struct view_box {
	struct mail_user *user;
	const struct coexist_policy *policy;
	struct mailbox *box;
	/* NULL for INBOX */
	const char *guid;
	struct mailbox_transaction_context *t;
	struct mail *mail;
	uint32_t uidvalidity, count;
	struct coexist_view_memory memory;
	/* what the maildrop's memory has of a mailbox besides INBOX */
	struct coexist_view_known known;
};

/* What is done with each mailbox. Returns 0, or -1 after logging an error. */
typedef int view_box_func_t(struct view_box *vbox, void *context);

static struct mailbox *box_alloc(struct mail_user *user, const char *name)
{
	struct mail_namespace *ns =
		mail_namespace_find(user->namespaces, name);

	return mailbox_alloc(ns->list, name, 0);
}

/* Returns 0, or -1 with the error in the mailbox. */
static int
box_prepare(struct mailbox *box, bool is_inbox, const char **guid_r)
{
	struct mailbox_metadata metadata;

	if (mailbox_open(box) < 0 ||
	    mailbox_sync(box, MAILBOX_SYNC_FLAG_FULL_READ) < 0)
		return -1;
	if (mailbox_get_metadata(box, MAILBOX_METADATA_GUID, &metadata) == 0) {
		*guid_r = guid_128_to_string(metadata.guid);
		return 0;
	}
	/* an mbox may have none */
	*guid_r = "";
	return is_inbox ? 0 : -1;
}

/* Returns 0 if the mailbox, which has an error, is left out of the maildrop, or -1 after
   logging the error. */
static int box_leave_out(struct mailbox *box, bool is_inbox)
{
	enum mail_error error;
	const char *text = mailbox_get_last_internal_error(box, &error);
	const char *name = mailbox_get_vname(box);
	enum coexist_mailbox_failure failure = is_inbox ? COEXIST_MAILBOX_AWAY :
		coexist_mailbox_failure_get(box, error);

	if (failure == COEXIST_MAILBOX_AWAY) {
		e_error(box->event, "coexist: Can't open %s: %s", name, text);
		return -1;
	}
	if (failure == COEXIST_MAILBOX_UNUSABLE)
		coexist_maildrop_unusable_log(box->storage->user, name, text);
	return 0;
}

static void
memory_complete(const struct view_box *vbox, struct coexist_view_memory *memory)
{
	if (vbox->guid != NULL) {
		(void)coexist_view_memory_complete(memory, &vbox->known,
					(uint32_t)coexist_day(ioloop_time));
	}
}

/* Returns 0, or -1 after logging why not. */
static int memory_read(struct view_box *vbox)
{
	ARRAY_TYPE(coexist_maildrop_folder) folders;

	if (coexist_view_store_read(vbox->user, vbox->guid, vbox->uidvalidity,
				    &vbox->memory) < 0)
		return -1;
	if (vbox->guid == NULL)
		return 0;
	if (coexist_maildrop_memory_read(vbox->user, &folders) < 0)
		return -1;
	coexist_maildrop_memory_recall(&folders, vbox->guid, vbox->uidvalidity,
				       &vbox->known);
	memory_complete(vbox, &vbox->memory);
	return 0;
}

static void box_close(struct view_box *vbox)
{
	mail_free(&vbox->mail);
	(void)mailbox_transaction_commit(&vbox->t);
	mailbox_free(&vbox->box);
}

/* Returns TRUE the first time that the GUID is noted: one mailbox may have two names, as
   where one is a symbolic link to the other. */
static bool guid_note(ARRAY_TYPE(const_string) *guids, const char *guid)
{
	if (array_lsearch(guids, &guid, i_strcmp_p) != NULL)
		return FALSE;
	array_push_back(guids, &guid);
	return TRUE;
}

/* Returns 1, 0 if the mailbox is left out or in the list already, or -1 after logging an
   error. */
static int
box_open(struct mail_user *user, const char *name,
	 ARRAY_TYPE(const_string) *guids, struct view_box *vbox_r)
{
	bool is_inbox = strcmp(name, "INBOX") == 0;
	const char *guid;
	int ret = 1;

	i_zero(vbox_r);
	vbox_r->user = user;
	vbox_r->policy = coexist_session_policy_get(user);
	vbox_r->box = is_inbox ? coexist_notice_inbox(user) :
		box_alloc(user, name);
	if (box_prepare(vbox_r->box, is_inbox, &guid) < 0)
		ret = box_leave_out(vbox_r->box, is_inbox);
	else if (!guid_note(guids, guid))
		ret = 0;
	if (ret <= 0) {
		mailbox_free(&vbox_r->box);
		return ret;
	}
	vbox_r->guid = is_inbox ? NULL : guid;
	vbox_r->t = mailbox_transaction_begin(vbox_r->box, 0, "coexist view");
	vbox_r->mail = mail_alloc(vbox_r->t, MAIL_FETCH_RECEIVED_DATE, NULL);
	vbox_r->uidvalidity =
		mail_index_get_header(vbox_r->t->view)->uid_validity;
	vbox_r->count = mail_index_view_get_messages_count(vbox_r->t->view);
	if (memory_read(vbox_r) == 0)
		return 1;
	e_error(user->event, "coexist: What POP3 is shown of %s can't be found "
		"out, see the warning before", name);
	box_close(vbox_r);
	return -1;
}

static int
box_do(struct mail_user *user, const char *name,
       ARRAY_TYPE(const_string) *guids, view_box_func_t *func, void *context)
{
	struct view_box vbox;
	int ret = box_open(user, name, guids, &vbox);

	if (ret <= 0)
		return ret;
	ret = func(&vbox, context);
	box_close(&vbox);
	return ret;
}

/* Calls the function for each mailbox of the maildrop: for INBOX alone if a session had
   no more. Returns 0, or -1 after logging an error. */
static int
boxes_do(struct mail_user *user, view_box_func_t *func, void *context)
{
	const struct coexist_maildrop_refused *refused;
	struct coexist_maildrop_folders folders;
	ARRAY_TYPE(const_string) guids;
	const char *name, *error;
	int ret = 0;

	t_array_init(&guids, 32);
	if (coexist_maildrop_folders_find(user,
			coexist_session_policy_get(user), &folders,
			&error) < 0) {
		e_error(user->event, "coexist: %s", error);
		return -1;
	}
	if (array_count(&folders.names) > COEXIST_MAILDROP_FOLDERS_MAX) {
		e_warning(user->event, "coexist: POP3 is shown INBOX alone: "
			  "pop3_folders are more than %u mailboxes",
			  COEXIST_MAILDROP_FOLDERS_MAX);
		return box_do(user, "INBOX", &guids, func, context);
	}
	array_foreach(&folders.refused, refused) {
		e_info(user->event, "coexist: POP3 is not shown %s: %s",
		       refused->name, refused->why);
	}
	array_foreach_elem(&folders.names, name) {
		if (box_do(user, name, &guids, func, context) < 0)
			ret = -1;
	}
	return ret;
}

static time_t received_get(struct view_box *vbox, uint32_t seq)
{
	time_t received;

	mail_set_seq(vbox->mail, seq);
	return mail_get_received_date(vbox->mail, &received) < 0 ?
		(time_t)-1 : received;
}

/* Listing */

/* Returns what hides by a POP3 client's DELE, NULL if nothing does. */
static const char *hidden_keyword(const struct view_box *vbox)
{
	return coexist_hidden_keyword(vbox->user, vbox->guid == NULL);
}

static bool is_hidden(struct view_box *vbox, uint32_t seq)
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
explain_hidden(const struct view_box *vbox,
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
explain_message(struct view_box *vbox,
		const struct coexist_view_listing *listing,
		const ARRAY_TYPE(seq_range) *notices, uint32_t seq,
		struct coexist_view_message *message_r)
{
	mail_index_lookup_uid(vbox->t->view, seq, &message_r->uid);
	message_r->received = received_get(vbox, seq);
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

static bool is_wanted(const struct view_box *vbox,
		      const ARRAY_TYPE(seq_range) *wanted, uint32_t seq)
{
	uint32_t uid;

	if (wanted == NULL)
		return TRUE;
	mail_index_lookup_uid(vbox->t->view, seq, &uid);
	return seq_range_exists(wanted, uid);
}

static int explain(struct view_box *vbox, void *context)
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

int coexist_view_explain(struct mail_user *user,
			 ARRAY_TYPE(coexist_view_message) *messages_r)
{
	struct explaining explaining = { .messages = messages_r };

	t_array_init(messages_r, 128);
	return boxes_do(user, explain, &explaining);
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
	if (boxes_do(user, explain, &explaining) < 0)
		return -1;
	array_foreach(back, one)
		explain_without(&explaining, one);
	return 0;
}

/* Resetting */

struct reset_change {
	const struct coexist_view_reset *reset;
	/* the mailbox, and the GUIDs of all besides INBOX */
	const struct view_box *vbox;
	ARRAY_TYPE(const_string) guids;
	/* UIDs that were received since */
	ARRAY_TYPE(seq_range) since_uids;
	struct coexist_view_reset_result *result;
};

static void
since_find(struct view_box *vbox, time_t since, ARRAY_TYPE(seq_range) *uids)
{
	uint32_t seq, uid;
	time_t received;

	for (seq = 1; seq <= vbox->count; seq++) {
		received = received_get(vbox, seq);
		if (received != (time_t)-1 && received < since)
			continue;
		mail_index_lookup_uid(vbox->t->view, seq, &uid);
		seq_range_array_add(uids, uid);
	}
}

/* Returns how many messages of the mailbox have these UIDs. */
static unsigned int
messages_count(const struct view_box *vbox,
	       const ARRAY_TYPE(seq_range) *uids)
{
	const struct seq_range *range;
	unsigned int count = 0;
	uint32_t seq1, seq2;

	array_foreach(uids, range) {
		if (mail_index_lookup_seq_range(vbox->t->view, range->seq1,
						range->seq2, &seq1, &seq2))
			count += seq2 - seq1 + 1;
	}
	return count;
}

/* What was downloaded by a session that did not end stays due. Nobody knows any more
   what was listed: what the filter hides at the next session leaves. */
static bool reset_all(struct coexist_view_memory *memory)
{
	bool changed = memory->has_known || !array_is_empty(&memory->left);

	array_clear(&memory->left);
	array_clear(&memory->left_uids);
	array_clear(&memory->waiting);
	memory->has_known = FALSE;
	memory->known_uid = 0;
	memory->oldest = 0;
	return changed;
}

static bool reset_change(struct coexist_view_memory *memory, void *context)
{
	struct reset_change *change = context;
	ARRAY_TYPE(seq_range) due;

	if (memory->uidvalidity != change->vbox->uidvalidity) {
		coexist_view_memory_init(memory);
		memory->uidvalidity = change->vbox->uidvalidity;
	}
	memory_complete(change->vbox, memory);
	if (change->reset->since == 0)
		return reset_all(memory);
	coexist_view_memory_return(memory, &change->since_uids);
	t_array_init(&due, 16);
	coexist_uid_ranges_unite(&due, &memory->due, &change->since_uids);
	memory->due = due;
	return TRUE;
}

static void
reset_count(const struct view_box *vbox, const struct reset_change *change)
{
	const struct coexist_view_memory *memory = &vbox->memory;
	ARRAY_TYPE(seq_range) returned;

	t_array_init(&returned, 16);
	if (change->reset->since == 0) {
		array_append_array(&returned, &memory->left_uids);
	} else {
		coexist_uid_ranges_intersect(&returned, &memory->left_uids,
					     &change->since_uids);
	}
	change->result->returned += messages_count(vbox, &returned);
	change->result->due += messages_count(vbox, &change->since_uids);
}

static int reset(struct view_box *vbox, void *context)
{
	struct reset_change *change = context;

	change->vbox = vbox;
	if (vbox->guid != NULL)
		array_push_back(&change->guids, &vbox->guid);
	t_array_init(&change->since_uids, 16);
	if (change->reset->since != 0)
		since_find(vbox, change->reset->since, &change->since_uids);
	reset_count(vbox, change);
	if (change->reset->dry_run ||
	    coexist_view_store_change(vbox->user, vbox->guid, reset_change,
				      change) == 0)
		return 0;
	e_error(vbox->user->event, "coexist: What POP3 is shown of %s stays as "
		"it is, see the warning before", mailbox_get_vname(vbox->box));
	return -1;
}

/* Mailboxes that were removed */

/* Adds the GUID unless it is the one of a mailbox that was reset, and so is there. */
static void
missing_add(const struct reset_change *change, const char *guid,
	    ARRAY_TYPE(const_string) *missing)
{
	if (array_lsearch(&change->guids, &guid, i_strcmp_p) == NULL)
		(void)guid_note(missing, guid);
}

/* Finds the GUIDs that the memories have, and that may be of no mailbox any more. Returns 0,
   or -1 after logging a warning. */
static int
missing_find(struct mail_user *user, const struct reset_change *change,
	     ARRAY_TYPE(const_string) *missing)
{
	ARRAY_TYPE(coexist_maildrop_folder) folders;
	ARRAY_TYPE(coexist_copy_folder) copies;
	const struct coexist_maildrop_folder *folder;
	const struct coexist_copy_folder *of_copies;

	if (coexist_maildrop_memory_read(user, &folders) < 0 ||
	    coexist_copy_memory_read(user, &copies) < 0)
		return -1;
	array_foreach(&folders, folder)
		missing_add(change, folder->guid, missing);
	array_foreach(&copies, of_copies)
		missing_add(change, of_copies->guid, missing);
	return 0;
}

/* One that is there is not missing. */
static bool
there_remove(struct mailbox *box ATTR_UNUSED, const char *guid, void *context)
{
	ARRAY_TYPE(const_string) *missing = context;
	const char *const *found =
		array_lsearch(missing, &guid, i_strcmp_p);

	if (found != NULL)
		array_delete(missing, array_ptr_to_idx(missing, found), 1);
	return array_is_empty(missing);
}

/* Finds the GUIDs that the memories have and no mailbox of the user's own: none, if that can't
   be found out. Returns 0, or -1 after logging a warning. */
static int
gone_find(struct mail_user *user, const struct reset_change *change,
	  ARRAY_TYPE(const_string) *gone_r)
{
	t_array_init(gone_r, 16);
	if (change->reset->since != 0)
		return 0;
	if (missing_find(user, change, gone_r) < 0)
		return -1;
	if (!array_is_empty(gone_r) &&
	    coexist_mailbox_guids_find(user, there_remove, gone_r) < 0)
		array_clear(gone_r);
	return 0;
}

/* What has left with a mailbox that was out is in the mailbox' memory now. Mailboxes that
   were removed are forgotten. */
static int
maildrop_reset(struct mail_user *user, const struct reset_change *change)
{
	ARRAY_TYPE(const_string) gone;

	if (gone_find(user, change, &gone) < 0)
		return -1;
	if (!array_is_empty(&gone) &&
	    coexist_copy_memory_forget(user, &gone) < 0)
		return -1;
	return coexist_maildrop_memory_return(user, &change->guids, &gone);
}

int coexist_view_reset(struct mail_user *user,
		       const struct coexist_view_reset *set,
		       struct coexist_view_reset_result *result_r)
{
	struct reset_change change = { .reset = set, .result = result_r };

	i_zero(result_r);
	t_array_init(&change.guids, 16);
	if (boxes_do(user, reset, &change) < 0)
		return -1;
	return set->dry_run ||
		!coexist_maildrop_memory_exists(coexist_mailbox_state_peek(user)) ?
		0 : maildrop_reset(user, &change);
}
