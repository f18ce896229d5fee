/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Entries of the log of moves: those that are written are read, and what a process
   that died has left of one is none. */

#include "lib.h"
#include "move-intent-text.h"
#include "str.h"
#include "uid-list.h"

#include <stdbool.h>
#include <stdio.h>

/* A text, and the entries of it that count, written anew. */
static const struct row {
	const char *label, *text, *entries;
} rows[] = {
	{ "nothing", "", "" },
	{ "one", "INBOX\t1\tTrash\t2\t3\t4:6,8\tend\n", NULL },
	{ "two", "INBOX\t1\tTrash\t2\t3\t4\tend\n"
		 "Trash\t2\tINBOX\t1\t9\t1\tend\n", NULL },
	{ "a target of which nothing is known",
	  "INBOX\t1\tTrash\t0\t1\t4\tend\n", NULL },
	{ "names that need escapes",
	  "INBOX\t1\ta\001tb\001nc\0011\t2\t3\t4\tend\n", NULL },
	{ "the highest numbers", "INBOX\t4294967295\tTrash\t4294967295\t"
	  "4294967295\t4294967294\tend\n", NULL },
	{ "no line feed at the end", "INBOX\t1\tTrash\t2\t3\t4\tend",
	  "INBOX\t1\tTrash\t2\t3\t4\tend\n" },
	{ "not in ascending order", "INBOX\t1\tTrash\t2\t3\t8,4:6,5\tend\n",
	  "INBOX\t1\tTrash\t2\t3\t4:6,8\tend\n" },
	{ "cut off in the UIDs", "INBOX\t1\tTrash\t2\t3\t4:", "" },
	{ "cut off before its end", "INBOX\t1\tTrash\t2\t3\t4", "" },
	{ "cut off in its end", "INBOX\t1\tTrash\t2\t3\t4\ten\n", "" },
	{ "more than one", "INBOX\t1\tTrash\t2\t3\t4\tend\tend\n", "" },
	{ "no UIDs", "INBOX\t1\tTrash\t2\t3\t\tend\n", "" },
	{ "no number", "INBOX\tx\tTrash\t2\t3\t4\tend\n", "" },
	{ "no UIDVALIDITY there", "INBOX\t1\tTrash\t-2\t3\t4\tend\n", "" },
	{ "no UID there", "INBOX\t1\tTrash\t2\t4294967296\t4\tend\n", "" },
	{ "the rest of an older one behind it",
	  "INBOX\t1\tTrash\t2\t3\t4\tend\n:20\tend\n",
	  "INBOX\t1\tTrash\t2\t3\t4\tend\n" },
	{ "something else before it",
	  "\001\t\n\nINBOX\t1\tTrash\t2\t3\t4\tend\n",
	  "INBOX\t1\tTrash\t2\t3\t4\tend\n" },
};

static bool holds(const struct row *row)
{
	const char *entries = row->entries == NULL ? row->text : row->entries;
	pool_t pool = pool_alloconly_create("test", 1024);
	const struct coexist_move_intent_line *line;
	ARRAY_TYPE(coexist_move_intent_line) lines;
	string_t *text = t_str_new(64);
	bool same;

	p_array_init(&lines, pool, 2);
	coexist_move_intent_lines_read(pool, row->text, &lines);
	array_foreach(&lines, line)
		coexist_move_intent_line_write(text, line);
	same = strcmp(str_c(text), entries) == 0;
	if (!same)
		printf("%s: got\n%s", row->label, str_c(text));
	pool_unref(&pool);
	return same;
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(rows); i++) T_BEGIN {
		if (!holds(&rows[i]))
			failed++;
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
