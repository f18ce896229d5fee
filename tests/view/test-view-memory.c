/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory of a view: what leaves, what waits, what returns. */

#include "lib.h"
#include "state-file.h"
#include "str.h"
#include "uid-list.h"
#include "view-memory.h"

#include <stdio.h>

#define VALIDITY 7
#define DAY 100

/* A memory, what a session finds, and the memory then. */
static const struct note_row {
	const char *label;
	const char *before;
	/* UNSURE: there is no filter because nobody could read it */
	enum { NO, YES, UNSURE } filtered;
	uint32_t last_uid;
	const char *read, *surplus;
	uint32_t floor_uid;
	/* lines of the file that matter, NULL if nothing changes */
	const char *known, *left, *waiting, *due;
} note_rows[] = {
	{ "the first filter: anything may have been listed", "", YES, 9,
	  "2,4", "", 0, "9", "read/100/2,4", "", "" },
	{ "the first filter hides nothing", "", YES, 9, "", "", 0,
	  "9", "", "", "" },
	{ "an empty mailbox", "", YES, 0, "", "", 0, "0", "", "", "" },
	{ "what came since was never listed", "known=0\n", YES, 3, "2", "", 0,
	  "3", "", "2", "" },
	{ "one that was listed, and one that was not", "known=5\n", YES, 8,
	  "4,7", "", 0, "8", "read/100/4", "7", "" },
	{ "what waits goes on to wait", "known=8\nwaiting=7\n", YES, 8, "7", "",
	  0, NULL, NULL, NULL, NULL },
	{ "what waits is listed", "known=8\nwaiting=7\n", YES, 8, "", "", 0,
	  "8", "", "", "" },
	{ "what was listed after it has waited leaves",
	  "known=8\nwaiting=6\n", YES, 8, "6:7", "", 0,
	  "8", "read/100/7", "6", "" },
	{ "what is older than the newest leaves, listed or not",
	  "known=2\n", YES, 9, "", "1:4", 5, "9", "surplus/100/1:4", "", "" },
	{ "what waits below the floor leaves", "known=8\nwaiting=3,7\n", YES,
	  8, "3,7", "", 5, "8", "surplus/100/3", "7", "" },
	{ "another session has seen it leave",
	  "known=8\nleft=old/90/3\n", YES, 8, "3", "", 0,
	  NULL, NULL, NULL, NULL },
	{ "the same reason on the same day",
	  "known=8\nleft=read/100/3 read/99/1\n", YES, 8, "4", "", 0,
	  "8", "read/100/3:4 read/99/1", "", "" },
	{ "what has left by a reason of a later version stays away, with its word",
	  "known=8\nleft=archived/99/3\n", YES, 8, "3,4", "", 0,
	  "8", "archived/99/3 read/100/4", "", "" },
	{ "messages of another session that are newer than this one's",
	  "known=20\nwaiting=7,19\n", YES, 10, "", "", 0,
	  "20", "", "19", "" },
	{ "what leaves is not due any more", "known=8\ndue=3:4\n", YES, 8,
	  "3", "", 0, "8", "read/100/3", "", "4" },
	{ "without a filter nothing waits, nothing is due, all may be listed",
	  "known=8\nleft=old/90/1\nwaiting=3\ndue=4\n", NO, 9, "", "", 0,
	  "", "old/90/1", "", "" },
	{ "a filter that nobody could read: what is due stays so",
	  "known=8\nwaiting=3\ndue=4\n", UNSURE, 9, "", "", 0, "", "", "", "4" },
	{ "without a filter, once more", "known=\nleft=old/90/1\n", NO, 9,
	  "", "", 0, NULL, NULL, NULL, NULL },
	{ "another mailbox of the name",
	  "uidvalidity=6\nknown=8\nleft=old/90/1\nwaiting=3\ndue=4\n", YES,
	  2, "2", "", 0, "2", "read/100/2", "", "" },
};

static unsigned int fail(const char *label, const char *what)
{
	printf("FAIL %s: %s\n", label, what);
	return 1;
}

static void uids_read(ARRAY_TYPE(seq_range) *uids, const char *text)
{
	if (*text != '\0')
		(void)coexist_uid_list_parse(text, uids);
}

static const char *
line_get(const struct coexist_view_memory *memory, const char *name)
{
	struct coexist_state_value values[COEXIST_VIEW_MEMORY_VALUES];
	unsigned int i, count = coexist_view_memory_format(memory, values);

	for (i = 0; i < count; i++) {
		if (strcmp(values[i].name, name) == 0)
			return values[i].value;
	}
	return "none";
}

static unsigned int
line_check(const char *label, const struct coexist_view_memory *memory,
	   const char *name, const char *wanted)
{
	const char *found = line_get(memory, name);

	return strcmp(found, wanted) == 0 ? 0 :
		fail(label, t_strdup_printf("%s=%s instead of %s", name, found,
					    wanted));
}

static unsigned int note_check(const struct note_row *row)
{
	struct coexist_view_memory memory;
	struct coexist_view_look look;
	bool changed;

	/* the first line that sets a value counts */
	if (!coexist_view_memory_parse(
			t_strconcat(row->before, "\nuidvalidity=7\n", NULL),
			&memory))
		return fail(row->label, "is not read");
	if (*row->before == '\0')
		memory.uidvalidity = 0;
	coexist_view_look_init(&look);
	look.uidvalidity = VALIDITY;
	look.filtered = row->filtered == YES;
	look.unsure = row->filtered == UNSURE;
	look.last_uid = row->last_uid;
	look.today = DAY;
	look.floor_uid = row->floor_uid;
	uids_read(&look.hidden[COEXIST_VIEW_READ], row->read);
	uids_read(&look.hidden[COEXIST_VIEW_SURPLUS], row->surplus);
	changed = coexist_view_memory_note(&memory, &look);
	if (row->left == NULL)
		return changed ? fail(row->label, "something changes") : 0;
	return (changed ? 0 : fail(row->label, "nothing changes")) +
		line_check(row->label, &memory, "uidvalidity", "7") +
		line_check(row->label, &memory, "known", row->known) +
		line_check(row->label, &memory, "left", row->left) +
		line_check(row->label, &memory, "waiting", row->waiting) +
		line_check(row->label, &memory, "due", row->due);
}

/* Files of somebody else. */
static const char *const broken[] = {
	"uidvalidity=x", "uidvalidity=4294967296", "known=-1",
	"known=4294967295", "left=read/1", "left=read/1/0", "left=re:ad/1/1",
	"left=/1/1",
	"left=read/x/1", "left=read/1/2:1", "waiting=x", "due=1,", "oldest=-1",
};

static unsigned int broken_check(const char *text)
{
	struct coexist_view_memory memory;

	if (coexist_view_memory_parse(t_strconcat(text, "\nuidvalidity=7\n"
						  "waiting=3\n", NULL), &memory))
		return fail(text, "is read");
	return memory.uidvalidity == 0 && array_is_empty(&memory.waiting) &&
		array_is_empty(&memory.left) ? 0 :
		fail(text, "leaves something");
}

static unsigned int days_check(void)
{
	static const char label[] = "the days of a year";
	struct coexist_view_memory memory;
	struct coexist_view_look look;
	const char *left;
	uint32_t day;

	coexist_view_memory_init(&memory);
	for (day = 1; day <= 365; day++) {
		coexist_view_look_init(&look);
		look.uidvalidity = VALIDITY;
		look.filtered = TRUE;
		look.last_uid = 1000;
		look.today = day;
		seq_range_array_add(&look.hidden[COEXIST_VIEW_READ], day * 2);
		(void)coexist_view_memory_note(&memory, &look);
	}
	left = line_get(&memory, "left");
	if (seq_range_count(&memory.left_uids) != 365)
		return fail(label, "some are missing");
	if (str_array_length(t_strsplit_spaces(left, " ")) > 40)
		return fail(label, "all days are there");
	return strstr(left, "read/365/730") != NULL ? 0 :
		fail(label, "the last day is missing");
}

static unsigned int return_check(void)
{
	static const char label[] = "returning";
	struct coexist_view_memory memory;
	ARRAY_TYPE(seq_range) uids;

	(void)coexist_view_memory_parse("uidvalidity=7\nknown=9\nleft=read/1/1:5 "
					"old/2/7\noldest=5\n", &memory);
	t_array_init(&uids, 2);
	uids_read(&uids, "4:7");
	coexist_view_memory_return(&memory, &uids);
	return line_check(label, &memory, "left", "read/1/1:3") +
		line_check(label, &memory, "oldest", "0") +
		(seq_range_count(&memory.left_uids) == 3 ? 0 :
		 fail(label, "the list of all"));
}

/* The clock was ahead. */
static unsigned int mistrust_check(void)
{
	static const char label[] = "days to come";
	struct coexist_view_memory memory;

	(void)coexist_view_memory_parse("uidvalidity=7\nknown=9\nleft=old/99/1 "
					"old/101/2 old/102/3 read/102/4\n",
					&memory);
	coexist_view_memory_mistrust(&memory, DAY);
	return line_check(label, &memory, "left", "old/99/1 old/101/2 "
			  "read/102/4") +
		(seq_range_count(&memory.left_uids) == 3 ? 0 :
		 fail(label, "the list of all"));
}

/* A file that somebody has copied into itself again and again. */
static unsigned int repeated_check(void)
{
	static const char label[] = "repeated";
	struct coexist_view_memory memory;
	string_t *text = t_str_new(1024);
	unsigned int i;

	for (i = 0; i < 1000; i++)
		str_printfa(text, "uidvalidity=7\nleft=read/1/%u\n", i + 1);
	return coexist_view_memory_parse(str_c(text), &memory) ?
		line_check(label, &memory, "left", "read/1/1") :
		fail(label, "is not read");
}

/* More entries than any version writes. */
static unsigned int many_check(void)
{
	struct coexist_view_memory memory;
	string_t *text = t_str_new(1024);
	unsigned int i;

	str_append(text, "uidvalidity=7\nleft=read/1/1");
	for (i = 0; i < 1024; i++)
		str_append(text, " read/1/1");
	return coexist_view_memory_parse(str_c(text), &memory) ?
		fail("1025 entries", "are read") : 0;
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(note_rows); i++)
		failed += note_check(&note_rows[i]);
	for (i = 0; i < N_ELEMENTS(broken); i++)
		failed += broken_check(broken[i]);
	failed += days_check();
	failed += return_check();
	failed += mistrust_check();
	failed += repeated_check();
	failed += many_check();
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
