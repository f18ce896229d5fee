/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-view-folders.h. */

#include "pop3-common.h"
#include "pop3-view-folders.h"
#include "array.h"
#include "mail-storage-private.h"
#include "coexist/policy-keys.h"
#include "copy-store.h"
#include "hidden-keyword.h"
#include "mailbox-same.h"
#include "maildrop-memory.h"
#include "policy-merge.h"
#include "pop3-folders.h"
#include "pop3-folders-failure.h"
#include "pop3-folders-uidl.h"
#include "pop3-view-box.h"
#include "private-flags.h"
#include "session-policy.h"
#include "view-filter.h"

/* What one mailbox has for the maildrop. */
struct folder_listing {
	const struct pop3_folder *folder;
	/* all that the virtual mailbox knows of it */
	bool all;
	/* UIDs of what is listed */
	ARRAY_TYPE(seq_range) uids;
};

struct listing {
	struct pop3_view_maildrop *maildrop;
	ARRAY_TYPE(coexist_maildrop_folder) memory;
	ARRAY_TYPE(coexist_maildrop_folder) listed;
	ARRAY(struct folder_listing) folders;
};

static const char *
hidden_keyword(const struct client *client, const struct pop3_folder *folder)
{
	return *client->set->pop3_deleted_flag != '\0' ?
		client->set->pop3_deleted_flag :
		coexist_hidden_keyword(client->user, folder->is_inbox);
}

static struct pop3_view_box *
view_box_get(struct pop3_view_maildrop *maildrop,
	     const struct pop3_folder *folder)
{
	struct pop3_view_box *vbox;

	array_foreach_elem(&maildrop->boxes, vbox) {
		if (vbox->box == folder->box)
			return vbox;
	}
	vbox = pop3_view_box_create(maildrop->client->user, folder->box,
				    folder->is_inbox ? NULL : folder->guid);
	array_push_back(&maildrop->boxes, &vbox);
	return vbox;
}

/* Returns the highest UID that the virtual mailbox knows of. */
static uint32_t last_uid(const struct pop3_folder *folder)
{
	return folder->next_uid == 0 ? 0 : folder->next_uid - 1;
}

/* What is remembered of the mailbox goes into its view. */
static void
memory_recall(const struct listing *listing, const struct pop3_folder *folder,
	      struct pop3_view_box *vbox)
{
	coexist_maildrop_memory_recall(&listing->memory, folder->guid,
				       folder->uidvalidity, &vbox->known);
}

static void
memory_add(struct listing *listing, const struct pop3_folder *folder)
{
	struct coexist_maildrop_folder listed = {
		.guid = folder->guid,
		.uidvalidity = folder->uidvalidity,
		.known_uid = last_uid(folder)
	};

	array_push_back(&listing->listed, &listed);
}

/* One mailbox */

static void
uids_get(struct mail_index_view *view, const ARRAY_TYPE(seq_range) *seqs,
	 ARRAY_TYPE(seq_range) *uids)
{
	const struct seq_range *range;
	struct seq_range uid_range;

	array_foreach(seqs, range) {
		mail_index_lookup_uid(view, range->seq1, &uid_range.seq1);
		mail_index_lookup_uid(view, range->seq2, &uid_range.seq2);
		array_push_back(uids, &uid_range);
	}
}

/* Returns 0, or -1 with the error in the mailbox. */
static int folder_identify(struct pop3_folder *folder)
{
	struct mailbox_metadata metadata;
	struct mailbox *box = folder->box;

	/* private flags are there after a sync */
	if (coexist_private_flags_open(box) > 0 && mailbox_sync(box, 0) < 0)
		return -1;
	if (folder->guid != NULL)
		return 0;
	if (mailbox_get_metadata(box, MAILBOX_METADATA_GUID, &metadata) < 0)
		return -1;
	folder->guid = p_strdup(box->storage->user->pool,
				guid_128_to_string(metadata.guid));
	if (!coexist_mailbox_get_folder(box, &folder->st))
		i_zero(&folder->st);
	return 0;
}

/* Returns TRUE if the virtual mailbox knows the mailbox as it is. Another session may have
   changed what it knows, or the mailbox, since it was synced. */
static bool is_in_sync(const struct pop3_folder *folder)
{
	return folder->id != 0 &&
		mail_index_get_header(folder->box->view)->uid_validity ==
			folder->uidvalidity;
}

/* Returns 1, 0 if the mailbox has nothing for this session, or -1 with the error in the
   mailbox. It was opened when the virtual mailbox was, or could have been: if that had
   seen no change it is not yet. */
static int folder_open(struct pop3_folder *folder)
{
	struct mailbox *box = folder->box;

	if (folder->failed)
		return 0;
	if (!box->opened && mailbox_open(box) < 0)
		return folder->failed ? 0 : -1;
	if (!is_in_sync(folder)) {
		if (mail_index_view_get_messages_count(box->view) == 0)
			return 0;
		mail_storage_set_error(box->storage, MAIL_ERROR_TEMP,
				       "It has changed since it was synced");
		return -1;
	}
	return folder_identify(folder) < 0 ? -1 : 1;
}

/* Notes whether there is anything new to POP3 in the mailbox. */
static void
newest_note(struct pop3_view_maildrop *maildrop,
	    const struct pop3_folder *folder, const struct pop3_view_box *vbox,
	    const ARRAY_TYPE(seq_range) *uids)
{
	const struct seq_range *last;
	uint32_t newest = 0;

	if (!array_is_empty(uids)) {
		last = array_back(uids);
		newest = last->seq2;
	}
	if (folder->is_inbox)
		maildrop->newest_uid = newest;
	else if (newest > vbox->known.uid)
		maildrop->has_new_elsewhere = TRUE;
}

/* Returns 0, or -1 with the error in the mailbox. */
static int
folder_list(struct listing *listing, struct pop3_folder *folder)
{
	struct pop3_view_maildrop *maildrop = listing->maildrop;
	const struct pop3_view_request request = {
		.filter = maildrop->filter,
		.hidden_keyword = hidden_keyword(maildrop->client, folder),
		.drops_hidden = TRUE,
		/* mail may have come since the virtual mailbox was synced */
		.last_uid = last_uid(folder)
	};
	struct pop3_view_box *vbox = view_box_get(maildrop, folder);
	struct mailbox_transaction_context *t;
	struct coexist_view_listing box_listing;
	struct folder_listing *result;

	if (!folder->is_inbox)
		memory_recall(listing, folder, vbox);
	t = mailbox_transaction_begin(folder->box, 0, "coexist view");
	if (pop3_view_box_list(vbox, t, &request, &box_listing) < 0) {
		mailbox_transaction_rollback(&t);
		return -1;
	}
	/* what could not leave has to do it next time */
	if (!folder->is_inbox && !vbox->known.returns)
		memory_add(listing, folder);
	result = array_append_space(&listing->folders);
	result->folder = folder;
	result->all = seq_range_count(&box_listing.shown) ==
		mail_index_view_get_messages_count(t->view);
	t_array_init(&result->uids, 16);
	uids_get(t->view, &box_listing.shown, &result->uids);
	newest_note(maildrop, folder, vbox, &result->uids);
	(void)mailbox_transaction_commit(&t);
	if (folder->is_inbox)
		maildrop->client->uid_validity = folder->uidvalidity;
	return 0;
}

/* The maildrop */

static const struct folder_listing *
folder_listing_find(const struct listing *listing,
		    const struct pop3_folder *folder)
{
	const struct folder_listing *result;

	array_foreach(&listing->folders, result) {
		if (result->folder == folder)
			return result;
	}
	return NULL;
}

/* Returns TRUE if each message of the virtual mailbox is listed. */
static bool is_all(const struct listing *listing)
{
	const struct pop3_folders *folders = listing->maildrop->folders;
	const struct folder_listing *result;
	struct pop3_folder *folder;

	if (listing->maildrop->distrusts)
		return FALSE;
	array_foreach_elem(&folders->all, folder) {
		if (folder->id == 0)
			continue;
		result = folder_listing_find(listing, folder);
		if (result == NULL || !result->all)
			return FALSE;
	}
	return TRUE;
}

/* What Dovecot asks of each message, and ends the session if it gets no answer: nobody is
   to be locked out of INBOX by a message elsewhere. */
static bool is_readable(const struct listing *listing, struct mail *mail)
{
	uoff_t size;

	if (mail_get_virtual_size(mail, &size) == 0)
		return TRUE;
	return listing->maildrop->client->set->pop3_fast_size_lookups &&
		mail_get_physical_size(mail, &size) == 0;
}

/* Returns TRUE unless the message is gone, or can't be read and is outside INBOX. */
static bool
is_trusted(const struct listing *listing, const struct pop3_folder *folder,
	   struct mail *mail)
{
	if (is_readable(listing, mail))
		return TRUE;
	if (mail->expunged)
		return FALSE;
	if (!folder->is_inbox) {
		e_warning(folder->box->event, "coexist: POP3 is not shown a "
			  "message of %s, which can't be read: %s",
			  folder->name,
			  mailbox_get_last_internal_error(folder->box, NULL));
	}
	return folder->is_inbox;
}

static bool
is_shown(struct listing *listing, struct mail_index_view *view, uint32_t seq,
	 struct mail *mail)
{
	const struct folder_listing *result;
	const struct pop3_folder *folder;
	uint32_t uid;

	folder = pop3_folders_map_find(listing->maildrop->folders, view, seq,
				       &uid);
	if (folder == NULL)
		return FALSE;
	result = folder_listing_find(listing, folder);
	if (result == NULL || !seq_range_exists(&result->uids, uid))
		return FALSE;
	if (!listing->maildrop->distrusts)
		return TRUE;
	mail_set_seq(mail, seq);
	return is_trusted(listing, folder, mail);
}

static void
shown_find(struct listing *listing, struct mailbox_transaction_context *t,
	   ARRAY_TYPE(seq_range) *shown)
{
	uint32_t count = mail_index_view_get_messages_count(t->view), seq;
	struct mail *mail;

	if (count > 0 && is_all(listing)) {
		seq_range_array_add_range(shown, 1, count);
		return;
	}
	mail = mail_alloc(t, 0, NULL);
	for (seq = 1; seq <= count; seq++) T_BEGIN {
		if (is_shown(listing, t->view, seq, mail))
			seq_range_array_add(shown, seq);
	} T_END;
	mail_free(&mail);
}

/* Says once in a mailbox's life that the key begins to act. */
static void beginning_log(const struct listing *listing)
{
	struct mail_user *user = listing->maildrop->client->user;
	const struct coexist_policy_entry *entry =
		&coexist_session_policy_get(user)->
			entries[COEXIST_KEY_pop3_folders];

	e_info(user->event, "coexist: POP3 is shown INBOX and %u other mailboxes "
	       "from now on, by pop3_folders=%s (%s)",
	       array_count(&listing->listed), entry->text,
	       coexist_session_policy_origin(user, COEXIST_KEY_pop3_folders));
}

static void memory_note(struct listing *listing)
{
	if (array_is_empty(&listing->memory) &&
	    !array_is_empty(&listing->listed))
		beginning_log(listing);
	if (coexist_maildrop_memory_would_change(&listing->memory,
						 &listing->listed)) {
		(void)coexist_maildrop_memory_note(
			listing->maildrop->client->user, &listing->listed);
	}
}

/* Returns 0, or -1 if what is remembered can't be read. */
static int
listing_init(struct listing *listing, struct pop3_view_maildrop *maildrop)
{
	i_zero(listing);
	listing->maildrop = maildrop;
	t_array_init(&listing->listed, 32);
	t_array_init(&listing->folders, 32);
	return coexist_maildrop_memory_read(maildrop->client->user,
					    &listing->memory);
}

/* Returns TRUE if the mailbox was listed under another name, as where one is a symbolic link
   to the other. */
static bool
was_listed(const struct listing *listing, const struct pop3_folder *folder)
{
	const struct folder_listing *result;

	array_foreach(&listing->folders, result) {
		if (strcmp(result->folder->guid, folder->guid) == 0)
			return TRUE;
	}
	return FALSE;
}

/* Returns FALSE with the error in the transaction's mailbox. */
static bool inbox_list(struct listing *listing,
		       struct mailbox_transaction_context *t,
		       struct pop3_folder *inbox)
{
	int ret = folder_open(inbox);

	if (ret > 0)
		ret = folder_list(listing, inbox);
	if (ret < 0) {
		mailbox_set_critical(t->box, "coexist: POP3 is shown nothing, "
			"because of %s: %s", inbox->name,
			mailbox_get_last_internal_error(inbox->box, NULL));
	}
	return ret >= 0;
}

/* Returns FALSE after logging the error if the login fails by it. */
static bool
other_list(struct listing *listing, struct pop3_folder *folder)
{
	int ret = folder_open(folder);

	if (ret > 0 && !was_listed(listing, folder))
		ret = folder_list(listing, folder);
	return ret >= 0 ||
		pop3_folders_leave_out(listing->maildrop->folders, folder);
}

/* As inbox_list(). */
static bool all_list(struct listing *listing,
		     struct mailbox_transaction_context *t)
{
	struct pop3_folder *folder;

	array_foreach_elem(&listing->maildrop->folders->all, folder) {
		if (folder->is_inbox) {
			if (!inbox_list(listing, t, folder))
				return FALSE;
		} else if (!other_list(listing, folder)) {
			mail_storage_set_internal_error(t->box->storage);
			return FALSE;
		}
	}
	return TRUE;
}

bool pop3_view_folders_list(struct pop3_view_maildrop *maildrop,
			    struct mailbox_transaction_context *t,
			    ARRAY_TYPE(seq_range) *shown)
{
	struct listing listing;
	ARRAY_TYPE(coexist_copy_folder) copies;

	if (listing_init(&listing, maildrop) < 0 ||
	    coexist_copy_memory_read(maildrop->client->user, &copies) < 0) {
		mailbox_set_critical(t->box, "coexist: POP3 is shown nothing: "
				     "what it was shown before can't be read");
		return FALSE;
	}
	pop3_folders_uidl_listed(maildrop->folders->uidl, &copies);
	if (!pop3_folders_map_read(maildrop->folders, t->view)) {
		mailbox_set_critical(t->box, "coexist: The index is not as the "
				     "virtual plugin writes it");
		return FALSE;
	}
	if (!all_list(&listing, t))
		return FALSE;
	pop3_folders_failure_finish(maildrop->folders);
	shown_find(&listing, t, shown);
	memory_note(&listing);
	return TRUE;
}

void pop3_view_folders_forget(struct pop3_view_maildrop *maildrop)
{
	struct listing listing;

	/* what can't be read now is as it was when there are others again */
	if (listing_init(&listing, maildrop) == 0)
		memory_note(&listing);
}
