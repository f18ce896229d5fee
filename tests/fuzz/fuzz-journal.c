/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any file is a journal: what is no line of it is passed over. */

#include "lib.h"
#include "fuzz.h"
#include "journal-file.h"
#include "journal-rotation.h"
#include "str.h"
#include "uid-list.h"
#include "unichar.h"

#include <stdlib.h>

static void check_counts(const struct coexist_journal_line *line,
			 const struct coexist_journal_line *again)
{
	struct coexist_change_counts counts, counts_again;

	i_zero(&counts);
	i_zero(&counts_again);
	coexist_journal_line_count(line, &counts);
	coexist_journal_line_count(again, &counts_again);
	if (strcmp(coexist_change_counts_text(&counts),
		   coexist_change_counts_text(&counts_again)) != 0)
		abort();
	coexist_change_counts_free(&counts);
	coexist_change_counts_free(&counts_again);
}

/* What is read can be written and read again. */
static void check_line(pool_t pool, const struct coexist_journal_line *line)
{
	struct coexist_journal_line again;
	const struct coexist_journal_move *move;
	string_t *text = t_str_new(256);
	const char *error;
	unsigned int i;

	coexist_journal_line_write(text, line);
	str_truncate(text, str_len(text) - 1);
	if (strpbrk(str_c(text), "\n\r") != NULL)
		abort();
	/* a time that no calendar has room for is the exception */
	if (coexist_journal_line_parse(pool, str_c(text), &again, &error) == 0)
		check_counts(line, &again);
	else if (strcmp(error, "has a wrong time") != 0)
		abort();
	(void)coexist_journal_line_has_uid(line, 1);
	for (i = 0; i < array_count(&line->moves); i++) {
		move = array_idx(&line->moves, i);
		if (!uni_utf8_str_is_valid(move->target) ||
		    !coexist_uid_list_is_unique(&move->target_uids))
			abort();
	}
}

/* Of any file as much is kept as there is room for, and what is left can be
   rotated again. */
static void check_rotation(const uint8_t *data, size_t size)
{
	const string_t *newest = t_str_new_const("session=s\tend\n", 14);
	unsigned char *text = i_malloc(size + 1);
	size_t kept;

	memcpy(text, data, size);
	kept = coexist_journal_rotate(text, size, newest, 64);
	if (kept > size ||
	    coexist_journal_rotate(text, kept, newest, 64) != kept)
		abort();
	i_free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool initialized = FALSE;
	struct coexist_journal journal;
	pool_t pool;
	unsigned int i;

	if (!initialized) {
		lib_init();
		initialized = TRUE;
	}
	pool = pool_allocfree_create("fuzz");
	T_BEGIN {
		coexist_journal_text_read(pool, data, size, &journal);
		for (i = 0; i < array_count(&journal.lines); i++)
			check_line(pool, array_idx(&journal.lines, i));
		check_rotation(data, size);
	} T_END;
	pool_unref(&pool);
	return 0;
}
