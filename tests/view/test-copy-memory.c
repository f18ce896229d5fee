/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The memory of copies: what a session has found is merged into it. */

#include "lib.h"
#include "copy-memory.h"

#include <stdio.h>

#define A "0a/7/"
#define B "0b/7/"

/* A memory, what a session finds, and the memory then. */
static const struct merge_row {
	const char *label;
	const char *before, *found;
	/* NULL if nothing changes */
	const char *after;
} merge_rows[] = {
	{ "the first session", "", A"9/ "B"3/1", A"9/ "B"3/1" },
	{ "nothing new", A"9/2 "B"3/1", A"9/2 "B"3/1", NULL },
	{ "a copy has come", A"9/2", A"10/2,10", A"10/2,10" },
	{ "a copy has gone", A"9/2,4", A"9/4", A"9/4" },
	{ "another session knows of newer ones", A"9/2,8:9", A"5/",
	  A"9/8:9" },
	{ "another session has found a newer copy", A"9/8", A"5/",
	  NULL },
	{ "the mailbox was made anew", A"9/2", "0a/8/3/1", "0a/8/3/1" },
	{ "one that the session does not have gives up its GUIDs",
	  A"9/2 "B"3/", B"3/", A"9/1:9 "B"3/" },
	{ "and has none any more", A"9/1:9 "B"3/", B"3/", NULL },
	{ "an empty one has none", A"0/", B"3/", A"0/ "B"3/" },
	{ "and comes back", A"9/1:9 "B"3/", A"10/1:9 "B"3/", A"10/1:9 "B"3/" }
};

/* What is not as we write it. */
static const char *const broken[] = {
	"copies=0a/7/9", "copies=0a/7/9/1/2", "copies=/7/9/", "copies=0A/7/9/",
	"copies=../7/9/", "copies=0a/x/9/", "copies=0a/7/-1/",
	"copies=0a/7/4294967295/", "copies=0a/7/9/1-2", "copies=0a/7/9/x",
	"copied=0a/7/9/"
};

static unsigned int fail(const char *label, const char *what)
{
	fprintf(stderr, "%s: %s\n", label, what);
	return 1;
}

static void
read_row(const char *text, ARRAY_TYPE(coexist_copy_folder) *folders_r)
{
	t_array_init(folders_r, 4);
	if (!coexist_copy_memory_parse(*text == '\0' ? "" :
			t_strconcat("copies=", text, "\n", NULL), folders_r))
		i_panic("%s is not read", text);
}

static unsigned int merge_check(const struct merge_row *row)
{
	ARRAY_TYPE(coexist_copy_folder) folders, found;
	const char *after = row->after != NULL ? row->after : row->before;
	bool changed;

	read_row(row->before, &folders);
	read_row(row->found, &found);
	changed = coexist_copy_memory_merge(&folders, &found);
	if (changed != (row->after != NULL))
		return fail(row->label, "changed");
	return strcmp(coexist_copy_memory_format(&folders), after) == 0 ? 0 :
		fail(row->label, coexist_copy_memory_format(&folders));
}

static unsigned int broken_check(const char *text)
{
	ARRAY_TYPE(coexist_copy_folder) folders;

	t_array_init(&folders, 4);
	return coexist_copy_memory_parse(text, &folders) ?
		fail(text, "is read") : 0;
}

static unsigned int find_check(void)
{
	ARRAY_TYPE(coexist_copy_folder) folders;

	read_row(A"9/2 "B"3/", &folders);
	return (coexist_copy_memory_find(&folders, "0b", 7) != NULL ? 0 :
		fail("find", "not found")) +
		(coexist_copy_memory_find(&folders, "0b", 8) == NULL ? 0 :
		 fail("find", "another UIDVALIDITY")) +
		(coexist_copy_memory_find(&folders, "0c", 7) == NULL ? 0 :
		 fail("find", "another mailbox"));
}

/* A memory, the GUIDs of mailboxes that are gone, and the memory then. */
static const struct remove_row {
	const char *label;
	const char *before, *gone;
	/* NULL if nothing changes */
	const char *after;
} remove_rows[] = {
	{ "none", A"9/2 "B"3/", "", NULL },
	{ "an unknown one", A"9/2 "B"3/", "0c", NULL },
	{ "the first", A"9/2 "B"3/", "0a", B"3/" },
	{ "the last", A"9/2 "B"3/", "0c 0b", A"9/2" },
	{ "all", A"9/2 "B"3/", "0b 0a", "" },
	{ "of an empty memory", "", "0a", NULL }
};

static unsigned int remove_check(const struct remove_row *row)
{
	const char *after = row->after != NULL ? row->after : row->before;
	ARRAY_TYPE(coexist_copy_folder) folders;
	ARRAY_TYPE(const_string) gone;
	const char *const *guids;
	bool changed;

	read_row(row->before, &folders);
	t_array_init(&gone, 4);
	for (guids = t_strsplit_spaces(row->gone, " "); *guids != NULL; guids++)
		array_push_back(&gone, guids);
	changed = coexist_copy_memory_remove(&folders, &gone);
	if (changed != (row->after != NULL))
		return fail(row->label, "changed");
	return strcmp(coexist_copy_memory_format(&folders), after) == 0 ? 0 :
		fail(row->label, coexist_copy_memory_format(&folders));
}

/* Mailboxes that nobody has any more are forgotten in the end, and none that is there. */
static unsigned int many_check(void)
{
	ARRAY_TYPE(coexist_copy_folder) folders, found;
	unsigned int i, failed = 0;

	read_row(A"9/2", &folders);
	for (i = 0; i < 700; i++) {
		read_row(t_strdup_printf(A"9/2 %08x/7/1/", i + 1000), &found);
		(void)coexist_copy_memory_merge(&folders, &found);
	}
	if (array_count(&folders) != 600)
		failed += fail("many", "as many as there were");
	if (coexist_copy_memory_find(&folders, "0a", 7) == NULL)
		failed += fail("many", "one that is there is forgotten");
	return failed;
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(merge_rows); i++)
		failed += merge_check(&merge_rows[i]);
	for (i = 0; i < N_ELEMENTS(broken); i++)
		failed += broken_check(broken[i]);
	for (i = 0; i < N_ELEMENTS(remove_rows); i++)
		failed += remove_check(&remove_rows[i]);
	failed += find_check();
	failed += many_check();
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
