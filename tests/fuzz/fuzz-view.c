/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text is the memory of a POP3 view, of the maildrop's mailboxes or of copies, or is
   not; and what sessions add to it is as it was after it was written. The input is what
   sessions list, a NUL, and the text. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "copy-memory.h"
#include "mailbox-state.h"
#include "maildrop-memory.h"
#include "state-file.h"
#include "str.h"
#include "uid-list.h"
#include "uid-ranges.h"
#include "view-memory.h"
#include "view-store.h"

#define TODAY 20800

/* What maildrop-memory.c asks of a session, which this target has not. */

bool coexist_mailbox_state_is_lost(const char *text ATTR_UNUSED)
{
	return FALSE;
}

const char *coexist_mailbox_state_peek(struct mail_user *user ATTR_UNUSED)
{
	return "";
}

int coexist_mailbox_state_set(struct mail_user *user ATTR_UNUSED,
			      const struct coexist_state_value *values ATTR_UNUSED,
			      unsigned int count ATTR_UNUSED)
{
	return 0;
}

int coexist_mailbox_file_read(struct mail_user *user ATTR_UNUSED,
			      const struct coexist_mailbox_file *file ATTR_UNUSED,
			      const char **text_r)
{
	*text_r = "";
	return 0;
}

int coexist_mailbox_file_update(struct mail_user *user ATTR_UNUSED,
				const struct coexist_mailbox_file *file ATTR_UNUSED,
				coexist_state_file_decide_t *decide ATTR_UNUSED,
				void *context ATTR_UNUSED)
{
	return 0;
}

void coexist_view_store_remove(struct mail_user *user ATTR_UNUSED,
			       const char *guid ATTR_UNUSED)
{
}

/* Ranges in ascending order, with something between them. */
static void check_ranges(const ARRAY_TYPE(seq_range) *uids)
{
	const struct seq_range *range;
	uint64_t last = 0;

	array_foreach(uids, range) {
		i_assert(range->seq1 > last && range->seq1 <= range->seq2);
		i_assert(range->seq2 < UINT32_MAX);
		last = (uint64_t)range->seq2 + 1;
	}
}

static void uids_make(struct fuzz_input *input, ARRAY_TYPE(seq_range) *uids)
{
	unsigned int count = fuzz_below(input, 4);
	uint32_t first;

	for (; count > 0; count--) {
		first = 1 + fuzz_byte(input);
		seq_range_array_add_range(uids, first,
					  first + fuzz_below(input, 16));
	}
}

/* The view */

static const char *view_format(const struct coexist_view_memory *memory)
{
	struct coexist_state_value values[COEXIST_VIEW_MEMORY_VALUES];
	unsigned int i, count = coexist_view_memory_format(memory, values);
	string_t *str = t_str_new(256);

	for (i = 0; i < count; i++) {
		i_assert(strchr(values[i].value, '\n') == NULL);
		str_printfa(str, "%s=%s\n", values[i].name, values[i].value);
	}
	return str_c(str);
}

static void check_memory(const struct coexist_view_memory *memory)
{
	const struct coexist_view_left *left;
	struct coexist_view_memory again;
	const char *text = view_format(memory);
	ARRAY_TYPE(seq_range) both;

	array_foreach(&memory->left, left) {
		check_ranges(&left->uids);
	}
	check_ranges(&memory->left_uids);
	check_ranges(&memory->waiting);
	check_ranges(&memory->due);
	i_assert(coexist_view_memory_parse(text, &again));
	i_assert(strcmp(view_format(&again), text) == 0);
	i_assert(array_cmp(&again.left_uids, &memory->left_uids));
	t_array_init(&both, 16);
	coexist_uid_ranges_intersect(&both, &memory->left_uids,
				     &memory->waiting);
	check_ranges(&both);
}

static void
look_make(struct fuzz_input *input, const struct coexist_view_memory *memory,
	  struct coexist_view_look *look_r)
{
	unsigned int i;

	coexist_view_look_init(look_r);
	look_r->uidvalidity = fuzz_bool(input) ? memory->uidvalidity :
		fuzz_byte(input);
	look_r->last_uid = 256 + fuzz_byte(input);
	look_r->filtered = fuzz_bool(input);
	look_r->unsure = fuzz_bool(input);
	look_r->today = TODAY + fuzz_below(input, 4);
	look_r->floor_uid = fuzz_byte(input);
	look_r->oldest = fuzz_byte(input);
	for (i = 0; i < COEXIST_VIEW_FOLDER; i++)
		uids_make(input, &look_r->hidden[i]);
}

/* The view only moves forward: what has left stays so, unless the mailbox is another
   one. */
static void
check_note(struct fuzz_input *input, struct coexist_view_memory *memory)
{
	struct coexist_view_look look;
	ARRAY_TYPE(seq_range) before, back;
	bool is_same;

	look_make(input, memory, &look);
	is_same = look.uidvalidity == memory->uidvalidity;
	t_array_init(&before, 16);
	t_array_init(&back, 16);
	array_append_array(&before, &memory->left_uids);
	(void)coexist_view_memory_note(memory, &look);
	check_memory(memory);
	coexist_uid_ranges_subtract(&back, &before, &memory->left_uids);
	i_assert(!is_same || array_is_empty(&back));
	/* the same again changes nothing */
	if (coexist_view_memory_note(memory, &look))
		check_memory(memory);
}

static void check_view(struct fuzz_input *input, const char *text)
{
	struct coexist_view_memory memory;
	struct coexist_view_known known;
	ARRAY_TYPE(seq_range) uids;

	if (!coexist_view_memory_parse(text, &memory))
		i_assert(memory.uidvalidity == 0 &&
			 array_is_empty(&memory.left));
	check_memory(&memory);
	coexist_view_memory_mistrust(&memory, TODAY);
	check_memory(&memory);
	check_note(input, &memory);
	check_note(input, &memory);
	t_array_init(&uids, 4);
	uids_make(input, &uids);
	coexist_view_memory_return(&memory, &uids);
	check_memory(&memory);
	known.uidvalidity = fuzz_byte(input);
	known.uid = fuzz_byte(input);
	known.returns = fuzz_bool(input);
	(void)coexist_view_memory_complete(&memory, &known, TODAY);
	check_memory(&memory);
}

/* The maildrop, and copies */

static const char *guid_make(struct fuzz_input *input)
{
	static const char *const guids[] = { "0a1b", "4c5d", "ee", "f" };

	return guids[fuzz_below(input, N_ELEMENTS(guids))];
}

static void check_maildrop_text(const ARRAY_TYPE(coexist_maildrop_folder) *folders)
{
	ARRAY_TYPE(coexist_maildrop_folder) again;
	const char *text = coexist_maildrop_memory_format(folders);

	t_array_init(&again, 4);
	i_assert(coexist_maildrop_memory_parse(
			t_strconcat("folders=", text, "\n", NULL), &again));
	i_assert(strcmp(coexist_maildrop_memory_format(&again), text) == 0);
}

static void check_maildrop(struct fuzz_input *input, const char *text)
{
	ARRAY_TYPE(coexist_maildrop_folder) folders, listed;
	struct coexist_maildrop_folder folder;
	unsigned int count = fuzz_below(input, 4);
	bool would_change;

	t_array_init(&folders, 4);
	t_array_init(&listed, 4);
	(void)coexist_maildrop_memory_parse(text, &folders);
	check_maildrop_text(&folders);
	for (; count > 0; count--) {
		i_zero(&folder);
		folder.guid = guid_make(input);
		folder.uidvalidity = fuzz_byte(input);
		folder.known_uid = fuzz_byte(input);
		array_push_back(&listed, &folder);
	}
	would_change = coexist_maildrop_memory_would_change(&folders, &listed);
	i_assert(coexist_maildrop_memory_merge(&folders, &listed) ==
		 would_change);
	check_maildrop_text(&folders);
}

static void check_copy_text(const ARRAY_TYPE(coexist_copy_folder) *folders)
{
	const struct coexist_copy_folder *folder;
	ARRAY_TYPE(coexist_copy_folder) again;
	const char *text = coexist_copy_memory_format(folders);

	array_foreach(folders, folder) {
		check_ranges(&folder->uids);
	}
	t_array_init(&again, 4);
	i_assert(coexist_copy_memory_parse(t_strconcat(
		COEXIST_COPY_MEMORY_NAME"=", text, "\n", NULL), &again));
	i_assert(strcmp(coexist_copy_memory_format(&again), text) == 0);
}

static void check_copies(struct fuzz_input *input, const char *text)
{
	ARRAY_TYPE(coexist_copy_folder) folders, found;
	struct coexist_copy_folder folder;
	unsigned int count = fuzz_below(input, 4);

	t_array_init(&folders, 4);
	t_array_init(&found, 4);
	(void)coexist_copy_memory_parse(text, &folders);
	check_copy_text(&folders);
	for (; count > 0; count--) {
		i_zero(&folder);
		folder.guid = guid_make(input);
		folder.uidvalidity = fuzz_byte(input);
		folder.known_uid = fuzz_byte(input);
		t_array_init(&folder.uids, 4);
		uids_make(input, &folder.uids);
		array_push_back(&found, &folder);
	}
	(void)coexist_copy_memory_merge(&folders, &found);
	check_copy_text(&folders);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size }, session;
	size_t session_size;

	fuzz_init();
	T_BEGIN {
		session.data = fuzz_until(&input, '\0', &session_size);
		session.size = session_size;
		const char *text = fuzz_rest(&input);

		check_view(&session, text);
		check_maildrop(&session, text);
		check_copies(&session, text);
	} T_END;
	return 0;
}
