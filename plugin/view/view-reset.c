/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in view-reset.h. */

#include "lib.h"
#include "view-reset.h"
#include "array.h"
#include "mail-storage-private.h"
#include "copy-store.h"
#include "mailbox-guids.h"
#include "mailbox-state.h"
#include "maildrop-memory.h"
#include "uid-ranges.h"
#include "view-store.h"
#include "view-walk.h"

struct reset_change {
	const struct coexist_view_reset *reset;
	/* the mailbox, and the GUIDs of all besides INBOX */
	const struct coexist_view_box *vbox;
	ARRAY_TYPE(const_string) guids;
	/* UIDs that were received since */
	ARRAY_TYPE(seq_range) since_uids;
	struct coexist_view_reset_result *result;
};

static void
since_find(struct coexist_view_box *vbox, time_t since,
	   ARRAY_TYPE(seq_range) *uids)
{
	uint32_t seq, uid;
	time_t received;

	for (seq = 1; seq <= vbox->count; seq++) {
		received = coexist_view_box_received(vbox, seq);
		if (received != (time_t)-1 && received < since)
			continue;
		mail_index_lookup_uid(vbox->t->view, seq, &uid);
		seq_range_array_add(uids, uid);
	}
}

/* Returns how many messages of the mailbox have these UIDs. */
static unsigned int
messages_count(const struct coexist_view_box *vbox,
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
	coexist_view_box_complete(change->vbox, memory);
	if (change->reset->since == 0)
		return reset_all(memory);
	coexist_view_memory_return(memory, &change->since_uids);
	t_array_init(&due, 16);
	coexist_uid_ranges_unite(&due, &memory->due, &change->since_uids);
	memory->due = due;
	return TRUE;
}

static void
reset_count(const struct coexist_view_box *vbox,
	    const struct reset_change *change)
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

static int reset(struct coexist_view_box *vbox, void *context)
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
		(void)coexist_view_guid_note(missing, guid);
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
	if (coexist_view_walk(user, reset, &change) < 0)
		return -1;
	return set->dry_run ||
		!coexist_maildrop_memory_exists(coexist_mailbox_state_peek(user)) ?
		0 : maildrop_reset(user, &change);
}
