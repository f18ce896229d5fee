/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in view-store.h. */

#include "lib.h"
#include "view-store.h"
#include "ioloop.h"
#include "mail-user.h"
#include "coexist/day.h"
#include "mailbox-state.h"

#define STATE_VIEW "pop3_view"
#define STATE_VIEW_REMEMBERED "remembered"

/* A million messages of which every second one has left are 8 MB. */
#define VIEW_FILE_MAX_SIZE (16 * 1024 * 1024)

struct view_change {
	struct mail_user *user;
	bool is_inbox;
	coexist_view_change_t *change;
	void *context;
};

static struct coexist_mailbox_file view_file(const char *guid)
{
	struct coexist_mailbox_file file = {
		.name = guid == NULL ? COEXIST_VIEW_FILE_NAME :
			t_strconcat(COEXIST_VIEW_FILE_NAME".", guid, NULL),
		.max_size = VIEW_FILE_MAX_SIZE,
		.is_needed = TRUE
	};

	return file;
}

bool coexist_view_store_exists(const char *state)
{
	const char *value = coexist_state_text_get(state, STATE_VIEW);

	return (value != NULL && *value != '\0') ||
		coexist_mailbox_state_is_lost(state);
}

static void
memory_parse(struct mail_user *user, const char *text,
	     struct coexist_view_memory *memory_r)
{
	if (!coexist_view_memory_parse(text, memory_r)) {
		e_warning(user->event, "coexist: Ignoring "
			  COEXIST_VIEW_FILE_NAME", it is not as we write it: "
			  "what POP3 is shown begins anew");
	}
	coexist_view_memory_mistrust(memory_r,
				     (uint32_t)coexist_day(ioloop_time));
}

int coexist_view_store_read(struct mail_user *user, const char *guid,
			    uint32_t uidvalidity,
			    struct coexist_view_memory *memory_r)
{
	struct coexist_mailbox_file file = view_file(guid);
	const char *text;
	int ret = coexist_mailbox_file_read(user, &file, &text);

	memory_parse(user, text, memory_r);
	if (memory_r->uidvalidity != uidvalidity)
		coexist_view_memory_init(memory_r);
	return ret;
}

/* Before the first memory is written: without the line nobody would look for it. */
static void state_note(struct mail_user *user)
{
	static const struct coexist_state_value value = {
		.name = STATE_VIEW, .value = STATE_VIEW_REMEMBERED
	};

	if (!coexist_view_store_exists(coexist_mailbox_state_peek(user)))
		(void)coexist_mailbox_state_set(user, &value, 1);
}

static unsigned int
change_decide(const char *text, struct coexist_state_value *values_r,
	      void *context)
{
	struct view_change *change = context;
	struct coexist_view_memory memory;

	_Static_assert(COEXIST_VIEW_MEMORY_VALUES <=
		       COEXIST_STATE_FILE_MAX_VALUES,
		       "the memory is written as a whole");
	memory_parse(change->user, text, &memory);
	if (!change->change(&memory, change->context))
		return 0;
	/* also if that failed when there was no memory yet */
	if (change->is_inbox)
		state_note(change->user);
	return coexist_view_memory_format(&memory, values_r);
}

int coexist_view_store_change(struct mail_user *user, const char *guid,
			      coexist_view_change_t *change, void *context)
{
	struct coexist_mailbox_file file = view_file(guid);
	struct view_change view_change = {
		.user = user, .is_inbox = guid == NULL,
		.change = change, .context = context
	};

	return coexist_mailbox_file_update(user, &file, change_decide,
					   &view_change);
}

void coexist_view_store_remove(struct mail_user *user, const char *guid)
{
	struct coexist_mailbox_file file = view_file(guid);

	i_assert(guid != NULL);
	coexist_mailbox_file_remove(user, &file);
}
