/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-view-box.h. */

#include "lib.h"
#include "pop3-view-box.h"
#include "array.h"
#include "ioloop.h"
#include "mail-storage-private.h"
#include "coexist/day.h"
#include "coexist-event.h"
#include "mailbox-state.h"
#include "notice-place.h"
#include "session-policy.h"
#include "uid-ranges.h"
#include "view-compact.h"
#include "view-filter.h"
#include "view-store.h"

/* The memory */

/* What the maildrop's memory knows better. Returns TRUE if messages leave by that. */
static bool
memory_complete(const struct pop3_view_box *vbox,
		struct coexist_view_memory *memory)
{
	return vbox->guid != NULL &&
		coexist_view_memory_complete(memory, &vbox->known,
					(uint32_t)coexist_day(ioloop_time));
}

struct look_note {
	const struct pop3_view_box *vbox;
	const struct coexist_view_look *look;
	struct mail_index_view *index_view;
};

static bool look_note(struct coexist_view_memory *memory, void *context)
{
	struct look_note *note = context;
	bool changed = memory_complete(note->vbox, memory);

	if (!coexist_view_memory_note(memory, note->look) && !changed)
		return FALSE;
	coexist_view_memory_compact(memory, note->index_view);
	return TRUE;
}

/* Returns TRUE if there is nothing to note. Without a filter all that has not left is listed:
   of INBOX as long as nothing is remembered, and of a mailbox besides INBOX the maildrop's
   memory knows that. */
static bool
is_idle(const struct pop3_view_box *vbox,
	const struct coexist_view_memory *memory,
	const struct coexist_view_look *look)
{
	if (look->filtered || vbox->known.returns)
		return FALSE;
	if (vbox->guid == NULL)
		return memory->uidvalidity == 0;
	return array_is_empty(&memory->waiting) &&
		(look->unsure || array_is_empty(&memory->due));
}

/* Most sessions find nothing new by the memory as they have read it, and need no
   lock then. */
static void
memory_note(struct pop3_view_box *vbox, struct mailbox_transaction_context *t,
	    struct coexist_view_memory *memory,
	    const struct coexist_view_look *look)
{
	struct look_note note = {
		.vbox = vbox, .look = look, .index_view = t->view
	};

	if (is_idle(vbox, memory, look))
		return;
	if ((coexist_view_memory_note(memory, look) || vbox->known.returns) &&
	    coexist_view_store_change(vbox->user, vbox->guid, look_note,
				      &note) == 0)
		vbox->known.returns = FALSE;
}

/* Listing */

static void
notices_get(struct pop3_view_box *vbox, struct mailbox *box,
	    ARRAY_TYPE(seq_range) *uids)
{
	t_array_init(uids, 4);
	/* a virtual mailbox has UIDs of its own */
	if (vbox->guid == NULL && box->virtual_vfuncs == NULL) {
		coexist_notice_get_places(coexist_mailbox_state_peek(vbox->user),
					  vbox->uidvalidity, uids);
	}
}

int pop3_view_box_list(struct pop3_view_box *vbox,
		       struct mailbox_transaction_context *t,
		       const struct pop3_view_request *request,
		       struct coexist_view_listing *listing_r)
{
	struct coexist_view_memory memory;
	ARRAY_TYPE(seq_range) notices;
	const struct coexist_view_request list_request = {
		.t = t,
		.filter = request->filter,
		.memory = &memory,
		.notices = &notices,
		.hidden_keyword = request->hidden_keyword,
		.drops_hidden = request->drops_hidden,
		.last_uid = request->last_uid
	};
	bool is_first;

	vbox->uidvalidity = mail_index_get_header(t->view)->uid_validity;
	if (coexist_view_store_read(vbox->user, vbox->guid, vbox->uidvalidity,
				    &memory) < 0) {
		mailbox_set_critical(t->box, "coexist: POP3 is shown nothing: "
				     "what it was shown before can't be read");
		return -1;
	}
	is_first = memory.uidvalidity == 0;
	(void)memory_complete(vbox, &memory);
	notices_get(vbox, t->box, &notices);
	coexist_view_list(&list_request, listing_r);
	listing_r->look.unsure = coexist_session_policy_is_partial(vbox->user);
	memory_note(vbox, t, &memory, &listing_r->look);
	array_clear(&vbox->due);
	array_append_array(&vbox->due, &memory.due);
	return is_first ? 1 : 0;
}

/* Downloads */

/* Adds to the memory what stays in the view. */
static bool due_add(struct coexist_view_memory *memory, void *context)
{
	struct pop3_view_box *vbox = context;
	ARRAY_TYPE(seq_range) due;

	if (memory->uidvalidity != vbox->uidvalidity) {
		coexist_view_memory_init(memory);
		memory->uidvalidity = vbox->uidvalidity;
	}
	t_array_init(&due, 16);
	coexist_uid_ranges_unite(&due, &memory->due, &vbox->marked);
	if (array_cmp(&due, &memory->due))
		return FALSE;
	memory->due = due;
	return TRUE;
}

int pop3_view_box_marks_begin(struct pop3_view_box *vbox)
{
	int ret;

	if (array_is_empty(&vbox->marked))
		return 0;
	T_BEGIN {
		ret = coexist_view_store_change(vbox->user, vbox->guid, due_add,
						vbox);
	} T_END;
	if (ret < 0)
		return -1;
	seq_range_array_merge(&vbox->due, &vbox->marked);
	array_clear(&vbox->marked);
	return 0;
}

static bool due_remove(struct coexist_view_memory *memory, void *context)
{
	struct pop3_view_box *vbox = context;
	ARRAY_TYPE(seq_range) due;

	if (memory->uidvalidity != vbox->uidvalidity)
		return FALSE;
	t_array_init(&due, 16);
	coexist_uid_ranges_subtract(&due, &memory->due, &vbox->downloaded);
	if (array_cmp(&due, &memory->due))
		return FALSE;
	memory->due = due;
	return TRUE;
}

void pop3_view_box_quit(struct pop3_view_box *vbox)
{
	if (!seq_range_array_have_common(&vbox->due, &vbox->downloaded))
		return;
	T_BEGIN {
		(void)coexist_view_store_change(vbox->user, vbox->guid,
						due_remove, vbox);
	} T_END;
	array_clear(&vbox->downloaded);
}

/* The session */

struct pop3_view_box *
pop3_view_box_create(struct mail_user *user, const struct mailbox *box,
		     const char *guid)
{
	struct pop3_view_box *vbox = p_new(user->pool, struct pop3_view_box, 1);

	vbox->user = user;
	vbox->box = box;
	vbox->guid = p_strdup(user->pool, guid);
	p_array_init(&vbox->marked, user->pool, 8);
	p_array_init(&vbox->downloaded, user->pool, 8);
	p_array_init(&vbox->due, user->pool, 8);
	return vbox;
}
