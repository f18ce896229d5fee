/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The counts of what a session did, and how they are told in words. */

#include "lib.h"
#include "change-counts.h"

#include <stdbool.h>
#include <stdio.h>

#define READ COEXIST_CHANGE_READ
#define HIDDEN COEXIST_CHANGE_HIDDEN
#define MOVED COEXIST_CHANGE_MOVED
#define EXPUNGED COEXIST_CHANGE_EXPUNGED
#define UNREAD COEXIST_CHANGE_UNREAD
#define SHOWN COEXIST_CHANGE_SHOWN
#define RETURNED COEXIST_CHANGE_RETURNED

#define ROW_CHANGES 6

static const struct row {
	const char *label;
	struct {
		enum coexist_change change;
		uint64_t messages;
		const char *target;
	} changes[ROW_CHANGES];
	uint64_t total;
	const char *text;
} rows[] = {
	{ "nothing", { { READ, 0, NULL } }, 0, "" },
	{ "one", { { READ, 1, NULL } }, 1, "1 read" },
	{ "added up", { { READ, 1, NULL }, { READ, 2, NULL } }, 3, "3 read" },
	{ "in the order of the changes",
	  { { EXPUNGED, 4, NULL }, { MOVED, 3, "Trash" }, { HIDDEN, 2, NULL },
	    { READ, 1, NULL } }, 10,
	  "1 read, 2 hidden, 3 moved to Trash, 4 expunged" },
	{ "what undoing does",
	  { { UNREAD, 1, NULL }, { SHOWN, 2, NULL }, { RETURNED, 3, NULL } }, 6,
	  "1 unread again, 2 shown again, 3 moved back" },
	{ "to one mailbox twice", { { MOVED, 1, "a" }, { MOVED, 2, "a" } }, 3,
	  "3 moved to a" },
	{ "to four", { { MOVED, 1, "a" }, { MOVED, 2, "b" }, { MOVED, 3, "c" },
		       { MOVED, 4, "d" } }, 10,
	  "1 moved to a, 2 moved to b, 3 moved to c, 4 moved to d" },
	{ "a fifth is not told by name",
	  { { MOVED, 1, "a" }, { MOVED, 2, "b" }, { MOVED, 3, "c" },
	    { MOVED, 4, "d" }, { MOVED, 5, "e" }, { MOVED, 6, "a" } }, 21,
	  "7 moved to a, 2 moved to b, 3 moved to c, 4 moved to d, "
	  "5 moved elsewhere" },
	{ "none to a mailbox", { { MOVED, 0, "a" }, { READ, 1, NULL } }, 1,
	  "1 read" },
	{ "more than 32 bits", { { READ, 8589934588ULL, NULL } }, 8589934588ULL,
	  "8589934588 read" },
	{ "a name of two lines", { { MOVED, 1, "a\nb" } }, 1,
	  "1 moved to a\xEF\xBF\xBD" "b" },
};

static bool holds(const struct row *row)
{
	struct coexist_change_counts counts;
	const char *text;
	unsigned int i;
	bool ok;

	i_zero(&counts);
	for (i = 0; i < ROW_CHANGES; i++) {
		coexist_change_counts_add(&counts, row->changes[i].change,
					  row->changes[i].messages,
					  row->changes[i].target);
	}
	text = coexist_change_counts_text(&counts);
	ok = strcmp(text, row->text) == 0 &&
		coexist_change_counts_total(&counts) == row->total;
	if (!ok)
		printf("# %s: %s\n", row->label, text);
	coexist_change_counts_free(&counts);
	return ok && coexist_change_counts_total(&counts) == 0;
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(rows); i++) T_BEGIN {
		if (!holds(&rows[i])) {
			printf("FAIL %s\n", rows[i].label);
			failed++;
		}
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
