/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-view.h. */

#include "pop3-common.h"
#include "pop3-view.h"
#include "array.h"
#include "ioloop.h"
#include "mail-search.h"
#include "mail-storage-private.h"
#include "str.h"
#include "compat-process.h"
#include "coexist-event.h"
#include "maildrop-memory.h"
#include "pop3-box.h"
#include "pop3-folders.h"
#include "pop3-view-box.h"
#include "pop3-view-folders.h"
#include "session-policy.h"
#include "user-hooks.h"
#include "view-filter.h"
#include "view-listing.h"
#include "view-store.h"

#define POP3_VIEW_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, pop3_view_user_module)

struct pop3_view {
	union mail_user_module_context module_ctx;

	struct client *client;
	struct coexist_view_filter filter;
	/* the maildrop's, once it is allocated */
	struct mailbox *box;
	/* what there is of the mailboxes in it: INBOX, or several */
	struct pop3_view_maildrop maildrop;
	/* a session before this one had several */
	bool had_folders;

	/* The search that lists the messages, while it goes on, and the sequences
	   that it is to find. */
	struct mail_search_context *search;
	ARRAY_TYPE(seq_range) shown;
	/* from where on the search goes, in them */
	const struct seq_range *shown_range, *shown_end;
	bool listed;
	/* nothing could be listed */
	bool failed;
};

static MODULE_CONTEXT_DEFINE_INIT(pop3_view_user_module,
				  &mail_user_module_register);

struct pop3_view *pop3_view_get(struct mail_user *user)
{
	return POP3_VIEW_USER_CONTEXT(user);
}

bool pop3_view_is_unread(const struct pop3_view *view)
{
	return view->filter.unread;
}

bool pop3_view_get_newest(const struct pop3_view *view,
			  struct pop3_view_newest *newest_r)
{
	i_zero(newest_r);
	if (!view->listed)
		return FALSE;
	newest_r->uidvalidity = view->client->uid_validity;
	newest_r->uid = view->maildrop.newest_uid;
	newest_r->has_new_elsewhere = view->maildrop.has_new_elsewhere;
	return TRUE;
}

/* The listing */

static const char *hidden_keyword(const struct client *client)
{
	return client->deleted_kw == NULL ? NULL :
		client->set->pop3_deleted_flag;
}

/* Says once in a mailbox's life, when its first filter begins to act, what that
   does: the key may have been in a document long before it was obeyed. */
static void
beginning_log(const struct pop3_view *view,
	      const struct coexist_view_listing *listing, unsigned int count)
{
	static const enum coexist_key keys[] = {
		COEXIST_KEY_pop3_show, COEXIST_KEY_pop3_show_days,
		COEXIST_KEY_pop3_show_since, COEXIST_KEY_pop3_show_deleted,
		COEXIST_KEY_pop3_max_messages
	};
	struct mail_user *user = view->client->user;
	const struct coexist_policy *policy = coexist_session_policy_get(user);
	string_t *by = t_str_new(128);
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(keys); i++) {
		const struct coexist_policy_entry *entry =
			&policy->entries[keys[i]];

		if (entry->scope != NULL) {
			str_printfa(by, "%s%s=%s (%s)",
				    str_len(by) == 0 ? "" : ", ",
				    coexist_policy_keys[keys[i]].name,
				    entry->text,
				    coexist_session_policy_origin(user, keys[i]));
		}
	}
	e_info(user->event, "coexist: POP3 is shown %u of %u messages from now "
	       "on, by %s: doveadm coexist explain --pop3-view says which",
	       seq_range_count(&listing->shown), count, str_c(by));
}

/* Returns the view of INBOX where that is all. */
static struct pop3_view_box *inbox_get(struct pop3_view *view)
{
	struct pop3_view_box *vbox;

	if (array_is_empty(&view->maildrop.boxes)) {
		vbox = pop3_view_box_create(view->client->user, view->box,
					    /*guid=*/NULL);
		array_push_back(&view->maildrop.boxes, &vbox);
	}
	return array_idx_elem(&view->maildrop.boxes, 0);
}

/* Returns the UID of the newest of these messages, 0 if there are none. */
static uint32_t
newest_of(struct mailbox_transaction_context *t,
	  const ARRAY_TYPE(seq_range) *seqs)
{
	const struct seq_range *last;
	uint32_t uid = 0;

	if (!array_is_empty(seqs)) {
		last = array_back(seqs);
		mail_index_lookup_uid(t->view, last->seq2, &uid);
	}
	return uid;
}

static void
list_inbox(struct pop3_view *view, struct mailbox_transaction_context *t)
{
	const struct pop3_view_request request = {
		.filter = &view->filter,
		.hidden_keyword = hidden_keyword(view->client),
		.last_uid = UINT32_MAX
	};
	struct coexist_view_listing listing;
	unsigned int count = mail_index_view_get_messages_count(t->view);
	int ret = pop3_view_box_list(inbox_get(view), t, &request, &listing);

	view->failed = ret < 0;
	if (ret < 0)
		return;
	if (ret > 0 && listing.look.filtered &&
	    seq_range_count(&listing.shown) < count)
		beginning_log(view, &listing, count);
	array_append_array(&view->shown, &listing.shown);
	view->maildrop.newest_uid = newest_of(t, &listing.shown);
	/* a policy that is partial may have lost pop3_folders for this session: what nobody has
	   downloaded yet must not leave by that */
	if (view->had_folders &&
	    !coexist_session_policy_is_partial(view->client->user))
		pop3_view_folders_forget(&view->maildrop);
}

/* Dovecot lists a second time, and a third, whatever the first listing failed by: as a rule by
   a message whose size it could not find out. So from the second on each message is looked
   for. */
static void
list_folders(struct pop3_view *view, struct mailbox_transaction_context *t)
{
	view->maildrop.distrusts = view->listed;
	view->failed = !pop3_view_folders_list(&view->maildrop, t,
					       &view->shown);
}

static void list(struct pop3_view *view, struct mailbox_transaction_context *t)
{
	unsigned int count;

	array_clear(&view->shown);
	view->maildrop.folders = pop3_folders_get(view->client->user);
	if (view->maildrop.folders != NULL)
		list_folders(view, t);
	else
		list_inbox(view, t);
	view->shown_range = array_get(&view->shown, &count);
	view->shown_end = view->shown_range + count;
	view->listed = TRUE;
	coexist_trace(view->client->user, "View: %u of %u messages are shown",
		      seq_range_count(&view->shown),
		      mail_index_view_get_messages_count(t->view));
}

/* Dovecot takes messages 1 to n for those that it has found, unless it has a list of
   their sequences to begin with: as it has for pop3_deleted_flag. */
static void all_seqs_prepare(struct client *client)
{
	if (array_is_created(&client->all_seqs))
		array_clear(&client->all_seqs);
	else
		i_array_init(&client->all_seqs, 32);
}

static struct mail_search_context *
pop3_view_search_init(struct mailbox_transaction_context *t,
		      struct mail_search_args *args,
		      const enum mail_sort_type *sort_program,
		      enum mail_fetch_field wanted_fields,
		      struct mailbox_header_lookup_ctx *wanted_headers)
{
	struct pop3_box *pbox = pop3_box_get(t->box);
	struct pop3_view *view = pbox->view;
	struct mail_search_context *search;
	/* UIDL sorts what was listed in the same way */
	bool lists = view->client->trans == NULL && sort_program != NULL &&
		sort_program[0] == MAIL_SORT_POP3_ORDER;

	if (lists) {
		all_seqs_prepare(view->client);
		T_BEGIN {
			list(view, t);
		} T_END;
	}
	search = pbox->module_ctx.super.search_init(t, args, sort_program,
						    wanted_fields,
						    wanted_headers);
	if (lists)
		view->search = search;
	return search;
}

/* Returns the first sequence from this one on that is shown, or 0. */
static uint32_t shown_next(struct pop3_view *view, uint32_t seq)
{
	for (; view->shown_range != view->shown_end; view->shown_range++) {
		if (seq <= view->shown_range->seq2)
			return I_MAX(view->shown_range->seq1, seq);
	}
	return 0;
}

/* Dovecot goes on with the sequence behind the one that the search is at, and passes
   by what its own arguments do not match. What they have found of a message that is
   passed by here would else hold for the next. */
static bool next_by_leaps(struct pop3_box *pbox,
			  struct mail_search_context *search)
{
	uint32_t seq;

	for (;;) {
		seq = shown_next(pbox->view, search->seq + 1);
		if (seq == 0)
			return FALSE;
		search->seq = seq - 1;
		if (!pbox->module_ctx.super.search_next_update_seq(search))
			return FALSE;
		if (search->seq == seq ||
		    shown_next(pbox->view, search->seq) == search->seq)
			return TRUE;
		mail_search_args_reset(search->args->args, FALSE);
	}
}

/* A virtual mailbox has found all by then, in an order of its own. */
static bool next_of_virtual(struct pop3_box *pbox,
			    struct mail_search_context *search)
{
	do {
		if (!pbox->module_ctx.super.search_next_update_seq(search))
			return FALSE;
	} while (!seq_range_exists(&pbox->view->shown, search->seq));
	return TRUE;
}

static bool pop3_view_search_next_update_seq(struct mail_search_context *search)
{
	struct mailbox *box = search->transaction->box;
	struct pop3_box *pbox = pop3_box_get(box);

	if (search != pbox->view->search)
		return pbox->module_ctx.super.search_next_update_seq(search);
	return box->virtual_vfuncs != NULL ? next_of_virtual(pbox, search) :
		next_by_leaps(pbox, search);
}

static int pop3_view_search_deinit(struct mail_search_context *search)
{
	struct pop3_box *pbox = pop3_box_get(search->transaction->box);

	bool failed = search == pbox->view->search && pbox->view->failed;

	if (search == pbox->view->search)
		pbox->view->search = NULL;
	return pbox->module_ctx.super.search_deinit(search) < 0 || failed ?
		-1 : 0;
}

void pop3_view_mailbox_allocated(struct mailbox *box, struct mailbox_vfuncs *v)
{
	struct pop3_view *view = pop3_view_get(box->storage->user);

	/* the mailboxes behind a virtual one carry the POP3 flag too */
	if (view == NULL || view->box != NULL || !pop3_folders_is_maildrop(box))
		return;
	view->box = box;
	pop3_box_share(box)->view = view;
	v->search_init = pop3_view_search_init;
	v->search_next_update_seq = pop3_view_search_next_update_seq;
	v->search_deinit = pop3_view_search_deinit;
}

/* Downloads */

void pop3_view_retr_end(struct pop3_view *view, const struct mailbox *box,
			uint32_t uid, bool may_mark, bool complete)
{
	struct pop3_view_box *vbox;

	if (view == NULL || !view->filter.unread)
		return;
	array_foreach_elem(&view->maildrop.boxes, vbox) {
		if (vbox->box != box)
			continue;
		if (may_mark)
			seq_range_array_add(&vbox->marked, uid);
		if (complete)
			seq_range_array_add(&vbox->downloaded, uid);
	}
}

int pop3_view_marks_begin(struct pop3_view *view)
{
	struct pop3_view_box *vbox;
	int ret = 0;

	if (view == NULL)
		return 0;
	array_foreach_elem(&view->maildrop.boxes, vbox) {
		if (pop3_view_box_marks_begin(vbox) < 0)
			ret = -1;
	}
	return ret;
}

void pop3_view_quit(struct pop3_view *view)
{
	struct pop3_view_box *vbox;

	if (view == NULL)
		return;
	array_foreach_elem(&view->maildrop.boxes, vbox) {
		pop3_view_box_quit(vbox);
	}
}

/* The session */

static void view_start(struct client *client)
{
	struct mail_user *user = client->user;
	struct pop3_view *view = p_new(user->pool, struct pop3_view, 1);

	view->client = client;
	coexist_view_filter_init(&view->filter,
				 coexist_session_policy_get(user), ioloop_time);
	view->maildrop.client = client;
	view->maildrop.filter = &view->filter;
	p_array_init(&view->maildrop.boxes, user->pool, 1);
	p_array_init(&view->shown, user->pool, 8);
	MODULE_CONTEXT_SET(user, pop3_view_user_module, view);
	coexist_user_hooks_add(user, COEXIST_HOOKS_POP3_MAILDROP);
}

void pop3_view_create(struct client *client)
{
	struct coexist_view_filter filter;

	coexist_view_filter_init(&filter,
				 coexist_session_policy_get(client->user),
				 ioloop_time);
	if (!coexist_view_filter_is_all(&filter) ||
	    pop3_folders_get_wanted(client->user) != NULL)
		view_start(client);
}

static struct client *client_find(const struct mail_user *user)
{
	struct client *client;

	for (client = pop3_clients; client != NULL; client = client->next) {
		if (client->user == user)
			break;
	}
	return client;
}

void pop3_view_namespaces_created(struct mail_user *user, const char *state)
{
	bool had_folders = coexist_maildrop_memory_exists(state);
	struct pop3_view *view = pop3_view_get(user);
	struct client *client;

	if (view == NULL && !had_folders && !coexist_view_store_exists(state))
		return;
	if (view == NULL) {
		client = client_find(user);
		if (client == NULL)
			return;
		view_start(client);
		view = pop3_view_get(user);
	}
	view->had_folders = had_folders;
}
