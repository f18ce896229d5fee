/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in view-memory.h.

   In dovecot-coexist.view:

     uidvalidity=1772439000
     known=1200                          absent or empty: not known
     left=read/20786/1:500,701 old/20790/502:600
     waiting=1190,1195
     due=1100
     oldest=1772439000 */

#include "lib.h"
#include "view-memory.h"
#include "state-file.h"
#include "str.h"
#include "uid-list.h"
#include "uid-ranges.h"

#define NAME_UIDVALIDITY "uidvalidity"
#define NAME_KNOWN "known"
#define NAME_LEFT "left"
#define NAME_WAITING "waiting"
#define NAME_DUE "due"
#define NAME_OLDEST "oldest"

/* With more of them, the two oldest ones of a reason become one. */
#define LEFT_MAX 32
/* No version writes so many. */
#define LEFT_READ_MAX 1024
/* Longer than any word for a reason. */
#define WORD_LENGTH_MAX 32

static const char *const reason_words[] = {
#define REASON_WORD(id, word, keys) word,
	COEXIST_VIEW_REASONS(REASON_WORD)
#undef REASON_WORD
};

static const char *const reason_keys[] = {
#define REASON_KEYS(id, word, keys) keys,
	COEXIST_VIEW_REASONS(REASON_KEYS)
#undef REASON_KEYS
};

const char *coexist_view_reason_word(enum coexist_view_reason reason)
{
	return reason_words[reason];
}

const char *coexist_view_reason_keys(enum coexist_view_reason reason)
{
	return reason_keys[reason];
}

void coexist_view_memory_init(struct coexist_view_memory *memory_r)
{
	i_zero(memory_r);
	t_array_init(&memory_r->left, 8);
	t_array_init(&memory_r->left_uids, 64);
	t_array_init(&memory_r->waiting, 16);
	t_array_init(&memory_r->due, 16);
}

void coexist_view_look_init(struct coexist_view_look *look_r)
{
	unsigned int i;

	i_zero(look_r);
	for (i = 0; i < COEXIST_VIEW_REASON_COUNT; i++)
		t_array_init(&look_r->hidden[i], 16);
}

/* The lines */

/* Returns FALSE if the text is none that uid-list.h writes. */
static bool uids_parse(const char *text, ARRAY_TYPE(seq_range) *uids)
{
	if (*text == '\0')
		return TRUE;
	if (coexist_uid_list_parse(text, uids) < 0)
		return FALSE;
	coexist_uid_list_sort(uids);
	return TRUE;
}

/* Returns FALSE if no version has such a word for a reason. */
static bool word_is_valid(const char *word)
{
	size_t length = strspn(word, "abcdefghijklmnopqrstuvwxyz_");

	return length > 0 && length <= WORD_LENGTH_MAX && word[length] == '\0';
}

static void left_uids_update(struct coexist_view_memory *memory)
{
	const struct coexist_view_left *left;

	array_clear(&memory->left_uids);
	array_foreach(&memory->left, left) {
		array_append_array(&memory->left_uids, &left->uids);
	}
	coexist_uid_list_sort(&memory->left_uids);
}

static bool
left_entry_parse(const char *text, struct coexist_view_memory *memory)
{
	const char *const *parts = t_strsplit(text, "/");
	struct coexist_view_left left;

	if (str_array_length(parts) != 3 || !word_is_valid(parts[0]) ||
	    str_to_uint32(parts[1], &left.day) < 0)
		return FALSE;
	left.word = parts[0];
	t_array_init(&left.uids, 16);
	if (!uids_parse(parts[2], &left.uids) ||
	    array_count(&memory->left) == LEFT_READ_MAX)
		return FALSE;
	array_push_back(&memory->left, &left);
	return TRUE;
}

static bool left_parse(const char *text, struct coexist_view_memory *memory)
{
	const char *const *entries = t_strsplit_spaces(text, " ");

	for (; *entries != NULL; entries++) {
		if (!left_entry_parse(*entries, memory))
			return FALSE;
	}
	left_uids_update(memory);
	return TRUE;
}

static bool
line_parse(const char *name, const char *value,
	   struct coexist_view_memory *memory)
{
	if (strcmp(name, NAME_UIDVALIDITY) == 0)
		return str_to_uint32(value, &memory->uidvalidity) == 0;
	if (strcmp(name, NAME_KNOWN) == 0) {
		memory->has_known = *value != '\0';
		return !memory->has_known ||
			(str_to_uint32(value, &memory->known_uid) == 0 &&
			 memory->known_uid < UINT32_MAX);
	}
	if (strcmp(name, NAME_LEFT) == 0)
		return left_parse(value, memory);
	if (strcmp(name, NAME_WAITING) == 0)
		return uids_parse(value, &memory->waiting);
	if (strcmp(name, NAME_DUE) == 0)
		return uids_parse(value, &memory->due);
	if (strcmp(name, NAME_OLDEST) == 0)
		return str_to_uint64(value, &memory->oldest) == 0;
	return TRUE;
}

static const char *const names[] = {
	NAME_UIDVALIDITY, NAME_KNOWN, NAME_LEFT, NAME_WAITING, NAME_DUE,
	NAME_OLDEST
};

_Static_assert(N_ELEMENTS(names) == COEXIST_VIEW_MEMORY_VALUES,
	       "all lines are read");

/* Of several lines with a name the first counts: a file that is damaged may have any
   number of them. */
static bool lines_parse(const char *text, struct coexist_view_memory *memory)
{
	const char *value;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(names); i++) {
		value = coexist_state_text_get(text, names[i]);
		if (value != NULL && !line_parse(names[i], value, memory))
			return FALSE;
	}
	return TRUE;
}

bool coexist_view_memory_parse(const char *text,
			       struct coexist_view_memory *memory_r)
{
	coexist_view_memory_init(memory_r);
	if (lines_parse(text, memory_r))
		return TRUE;
	coexist_view_memory_init(memory_r);
	return FALSE;
}

static const char *uids_format(const ARRAY_TYPE(seq_range) *uids)
{
	string_t *str = t_str_new(128);

	coexist_uid_list_write(str, uids);
	return str_c(str);
}

static const char *left_format(const struct coexist_view_memory *memory)
{
	const struct coexist_view_left *left;
	string_t *str = t_str_new(256);

	array_foreach(&memory->left, left) {
		if (array_is_empty(&left->uids))
			continue;
		str_printfa(str, "%s%s/%u/", str_len(str) == 0 ? "" : " ",
			    left->word, left->day);
		coexist_uid_list_write(str, &left->uids);
	}
	return str_c(str);
}

unsigned int
coexist_view_memory_format(const struct coexist_view_memory *memory,
			   struct coexist_state_value *values_r)
{
	const struct coexist_state_value values[] = {
		{ NAME_UIDVALIDITY, dec2str(memory->uidvalidity) },
		{ NAME_KNOWN, memory->has_known ?
			dec2str(memory->known_uid) : "" },
		{ NAME_LEFT, left_format(memory) },
		{ NAME_WAITING, uids_format(&memory->waiting) },
		{ NAME_DUE, uids_format(&memory->due) },
		{ NAME_OLDEST, dec2str(memory->oldest) }
	};

	_Static_assert(N_ELEMENTS(values) == COEXIST_VIEW_MEMORY_VALUES,
		       "all lines are written");
	memcpy(values_r, values, sizeof(values));
	return N_ELEMENTS(values);
}

/* Leaving */

static struct coexist_view_left *
left_find(struct coexist_view_memory *memory, enum coexist_view_reason reason,
	  uint32_t day)
{
	const char *word = coexist_view_reason_word(reason);
	struct coexist_view_left *left;
	unsigned int i, count;

	left = array_get_modifiable(&memory->left, &count);
	for (i = 0; i < count; i++) {
		if (strcmp(left[i].word, word) == 0 && left[i].day == day)
			return &left[i];
	}
	left = array_append_space(&memory->left);
	left->word = word;
	left->day = day;
	t_array_init(&left->uids, 16);
	return left;
}

static void
ranges_add(ARRAY_TYPE(seq_range) *ranges, const ARRAY_TYPE(seq_range) *more)
{
	array_append_array(ranges, more);
	coexist_uid_list_sort(ranges);
}

/* Joins the two oldest entries of a reason that has more than one. */
static void left_join(struct coexist_view_memory *memory)
{
	struct coexist_view_left *entries;
	unsigned int i, j, count;

	entries = array_get_modifiable(&memory->left, &count);
	for (i = 0; i < count; i++) {
		for (j = i + 1; j < count; j++) {
			if (strcmp(entries[j].word, entries[i].word) != 0)
				continue;
			entries[j].day = I_MAX(entries[i].day, entries[j].day);
			ranges_add(&entries[j].uids, &entries[i].uids);
			array_delete(&memory->left, i, 1);
			return;
		}
	}
}

static bool
leave(struct coexist_view_memory *memory, enum coexist_view_reason reason,
      uint32_t day, const ARRAY_TYPE(seq_range) *uids)
{
	ARRAY_TYPE(seq_range) due;

	if (array_is_empty(uids))
		return FALSE;
	ranges_add(&left_find(memory, reason, day)->uids, uids);
	ranges_add(&memory->left_uids, uids);
	t_array_init(&due, 16);
	coexist_uid_ranges_subtract(&due, &memory->due, uids);
	memory->due = due;
	if (array_count(&memory->left) > LEFT_MAX)
		left_join(memory);
	return TRUE;
}

/* Noting what was listed */

/* Sets listed_r to the UIDs that may have been listed before. */
static void
listed_get(const struct coexist_view_memory *memory,
	   const ARRAY_TYPE(seq_range) *uids, ARRAY_TYPE(seq_range) *listed_r)
{
	ARRAY_TYPE(seq_range) known, known_uids;

	t_array_init(listed_r, 16);
	t_array_init(&known, 1);
	t_array_init(&known_uids, 16);
	seq_range_array_add_range(&known, 1, memory->has_known ?
				  memory->known_uid : UINT32_MAX - 1);
	if (memory->has_known && memory->known_uid == 0)
		array_clear(&known);
	coexist_uid_ranges_intersect(&known_uids, uids, &known);
	coexist_uid_ranges_subtract(listed_r, &known_uids, &memory->waiting);
}

/* Adds those of the hidden messages to waiting that were never listed, and lets the
   others leave. */
static bool
hidden_note(struct coexist_view_memory *memory,
	    const struct coexist_view_look *look,
	    enum coexist_view_reason reason, ARRAY_TYPE(seq_range) *waiting)
{
	ARRAY_TYPE(seq_range) hidden, listed, rest;

	t_array_init(&hidden, 16);
	t_array_init(&rest, 16);
	/* another session may have seen them leave meanwhile */
	coexist_uid_ranges_subtract(&hidden, &look->hidden[reason],
				    &memory->left_uids);
	if (reason == COEXIST_VIEW_SURPLUS)
		return leave(memory, reason, look->today, &hidden);
	listed_get(memory, &hidden, &listed);
	coexist_uid_ranges_subtract(&rest, &hidden, &listed);
	ranges_add(waiting, &rest);
	return leave(memory, reason, look->today, &listed);
}

/* Nothing that waits comes back from below the floor. */
static bool
floor_note(struct coexist_view_memory *memory,
	   const struct coexist_view_look *look, ARRAY_TYPE(seq_range) *waiting)
{
	ARRAY_TYPE(seq_range) below, gone;

	if (look->floor_uid <= 1)
		return FALSE;
	t_array_init(&below, 1);
	t_array_init(&gone, 16);
	seq_range_array_add_range(&below, 1, look->floor_uid - 1);
	coexist_uid_ranges_intersect(&gone, waiting, &below);
	seq_range_array_remove_range(waiting, 1, look->floor_uid - 1);
	return leave(memory, COEXIST_VIEW_SURPLUS, look->today, &gone);
}

/* Sets *waiting to what waits now: of messages that have come since the look,
   another session knows. */
static bool
waiting_set(struct coexist_view_memory *memory,
	    const struct coexist_view_look *look, ARRAY_TYPE(seq_range) *waiting)
{
	ARRAY_TYPE(seq_range) newer;

	t_array_init(&newer, 4);
	array_append_array(&newer, &memory->waiting);
	if (look->last_uid > 0)
		seq_range_array_remove_range(&newer, 1, look->last_uid);
	ranges_add(waiting, &newer);
	if (array_cmp(waiting, &memory->waiting))
		return FALSE;
	array_clear(&memory->waiting);
	array_append_array(&memory->waiting, waiting);
	return TRUE;
}

static bool
known_set(struct coexist_view_memory *memory,
	  const struct coexist_view_look *look)
{
	bool changed = memory->oldest != look->oldest;

	memory->oldest = look->oldest;
	if (memory->has_known && memory->known_uid >= look->last_uid)
		return changed;
	memory->has_known = TRUE;
	memory->known_uid = look->last_uid;
	return TRUE;
}

static bool
filtered_note(struct coexist_view_memory *memory,
	      const struct coexist_view_look *look)
{
	ARRAY_TYPE(seq_range) waiting;
	unsigned int reason;
	bool changed = FALSE;

	t_array_init(&waiting, 16);
	for (reason = 0; reason < COEXIST_VIEW_REASON_COUNT; reason++) {
		if (hidden_note(memory, look, (enum coexist_view_reason)reason,
				&waiting))
			changed = TRUE;
	}
	if (floor_note(memory, look, &waiting))
		changed = TRUE;
	if (waiting_set(memory, look, &waiting))
		changed = TRUE;
	return known_set(memory, look) || changed;
}

/* Without a filter all that has not left is listed, from now on without a note. What is
   due stays so if the filter may be there again next time. */
static bool
unfiltered_note(struct coexist_view_memory *memory,
		const struct coexist_view_look *look)
{
	bool forgets_due = !look->unsure && !array_is_empty(&memory->due);
	bool changed = memory->has_known || forgets_due ||
		!array_is_empty(&memory->waiting);

	memory->has_known = FALSE;
	memory->known_uid = 0;
	memory->oldest = 0;
	array_clear(&memory->waiting);
	if (forgets_due)
		array_clear(&memory->due);
	return changed;
}

bool coexist_view_memory_note(struct coexist_view_memory *memory,
			      const struct coexist_view_look *look)
{
	bool changed = FALSE;

	/* other messages have the UIDs then, and other unique IDs */
	if (memory->uidvalidity != look->uidvalidity) {
		coexist_view_memory_init(memory);
		memory->uidvalidity = look->uidvalidity;
		changed = TRUE;
	}
	return (look->filtered ? filtered_note(memory, look) :
		unfiltered_note(memory, look)) || changed;
}

/* Returns TRUE if any leave. */
static bool
known_leave(struct coexist_view_memory *memory, uint32_t today)
{
	ARRAY_TYPE(seq_range) known, listed, gone;

	if (memory->known_uid == 0)
		return FALSE;
	t_array_init(&known, 1);
	t_array_init(&gone, 16);
	seq_range_array_add_range(&known, 1, memory->known_uid);
	listed_get(memory, &known, &listed);
	coexist_uid_ranges_subtract(&gone, &listed, &memory->left_uids);
	return leave(memory, COEXIST_VIEW_FOLDER, today, &gone);
}

bool coexist_view_memory_complete(struct coexist_view_memory *memory,
				  const struct coexist_view_known *known,
				  uint32_t today)
{
	if (memory->uidvalidity != known->uidvalidity) {
		coexist_view_memory_init(memory);
		memory->uidvalidity = known->uidvalidity;
	}
	memory->has_known = TRUE;
	memory->known_uid = known->uid;
	return known->returns && known_leave(memory, today);
}

/* Returning */

void coexist_view_memory_mistrust(struct coexist_view_memory *memory,
				  uint32_t today)
{
	const char *old = coexist_view_reason_word(COEXIST_VIEW_OLD);
	struct coexist_view_left *left;
	unsigned int i, count;

	left = array_get_modifiable(&memory->left, &count);
	for (i = 0; i < count; i++) {
		if (strcmp(left[i].word, old) == 0 && left[i].day > today + 1)
			array_clear(&left[i].uids);
	}
	left_uids_update(memory);
}

void coexist_view_memory_return(struct coexist_view_memory *memory,
				const ARRAY_TYPE(seq_range) *uids)
{
	struct coexist_view_left *left;
	ARRAY_TYPE(seq_range) rest;

	array_foreach_modifiable(&memory->left, left) {
		t_array_init(&rest, 16);
		coexist_uid_ranges_subtract(&rest, &left->uids, uids);
		left->uids = rest;
	}
	left_uids_update(memory);
	memory->oldest = 0;
}
