/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of the journal, one by one and in a text. */

#include "lib.h"
#include "journal-file.h"
#include "str.h"

#include <stdbool.h>
#include <stdio.h>

#define HEAD "time=2026-01-02T03:04:05Z\tsession=s\tprotocol=pop3\t" \
	"address=::1\tuidvalidity=9\t"
#define MOVE "moved=7,3:4\ttarget=Trash\ttarget_uidvalidity=5\t" \
	"target_uids=1:3\t"

#define MOVES_2 "moved=1\ttarget=b\tmoved=2\ttarget=b\t"
#define MOVES_8 MOVES_2 MOVES_2 MOVES_2 MOVES_2

/* What is counted, or the error. */
static const struct line_row {
	const char *label;
	const char *text;
	const char *counts;
} line_rows[] = {
	{ "all that was read", HEAD"read=1:3,5\tend", "4 read" },
	{ "several things", HEAD"read=1\thidden=2:3\tunseen=2\tend",
	  "1 read, 2 hidden" },
	{ "a move", HEAD MOVE"end", "3 moved to Trash" },
	{ "two moves", HEAD MOVE"moved=9\ttarget=b\\c\tend",
	  "3 moved to Trash, 1 moved to b\\c" },
	{ "a move that tells no UIDs", HEAD"moved=9:10\ttarget=b\tend",
	  "2 moved to b" },
	{ "a tab and a line feed in a name",
	  HEAD"moved=9\ttarget=a\001tb\001nc\tend",
	  "1 moved to a\357\277\275b\357\277\275c" },
	{ "UIDs in any order", HEAD"moved=9,1:2\ttarget=b\ttarget_uids=7:8,3\tend",
	  "3 moved to b" },
	{ "ranges that touch",
	  HEAD"moved=1:6\ttarget=b\ttarget_uids=8:10,5:7\tend", "6 moved to b" },
	{ "as many moves as a line has", HEAD MOVES_8"end", "8 moved to b" },
	{ "what undoing does", HEAD"unread=1\tshown=2\treturned=3\tend",
	  "1 unread again, 1 shown again, 1 moved back" },
	{ "an undo", HEAD"undoes=x\tshown=2\tend", "1 shown again, undoes x" },
	{ "an undo that has left messages",
	  HEAD"undoes=x\tpartial=yes\tshown=2\tend",
	  "1 shown again, undoes x in part" },
	{ "no address", "time=2026-01-02T03:04:05Z\tsession=s\t"
	  "protocol=expire\taddress=\tuidvalidity=9\texpunged=1\tend",
	  "1 expunged" },
	{ "of one of those who share INBOX", HEAD"user=jo\tread=1\tend",
	  "1 read by jo" },
	{ "fields of a newer version", HEAD"new=x\tread=1\tend", "1 read" },
	{ "the session's total", HEAD"total=18446744073709551615\tread=1\tend",
	  "1 read" },
	{ "all UIDs", HEAD"read=1:4294967294\tend", "4294967294 read" },
	{ "the same ones many times",
	  HEAD"read=1:4294967294,1:4294967294\tend", "8589934588 read" },
	{ "nothing", HEAD"end", "" },

	{ "a choice, which is about no mailbox", "time=2026-01-02T03:04:05Z\t"
	  "session=s\tprotocol=choice\taddress=\tuser=owner\t"
	  "chose=pop3_delete=hide\tend", " by owner" },

	{ "a choice that is about messages", HEAD"chose=a=b\thidden=1\tend",
	  "has messages beside a choice" },
	{ "an empty line", "", "is incomplete" },
	{ "half a line", HEAD"read=1:3", "is incomplete" },
	{ "cut within a number", HEAD"read=1:3,", "has a wrong read" },
	{ "something behind the end", HEAD"end\tread=1", "is incomplete" },
	{ "no =", HEAD"read\tend", "has a field without a value" },
	{ "UID 0", HEAD"read=0\tend", "has a wrong read" },
	{ "downwards", HEAD"read=3:1\tend", "has a wrong read" },
	{ "too large a UID", HEAD"read=4294967295\tend", "has a wrong read" },
	{ "no UID", HEAD"read=\tend", "has a wrong read" },
	{ "not a number", HEAD"read=1;2\tend", "has a wrong read" },
	{ "a negative number", HEAD"read=-1\tend", "has a wrong read" },
	{ "a star", HEAD"read=1:*\tend", "has a wrong read" },
	{ "a wrong time", "time=yesterday\tend", "has a wrong time" },
	{ "a wrong UIDVALIDITY", HEAD"uidvalidity=x\tend",
	  "has a wrong uidvalidity" },
	{ "a wrong total", HEAD"total=-1\tend", "has a wrong total" },
	{ "no session", "time=2026-01-02T03:04:05Z\tprotocol=pop3\t"
	  "uidvalidity=9\tend", "lacks the time, the session, its protocol or "
	  "the UIDVALIDITY" },
	{ "moved nowhere", HEAD"moved=1\tend",
	  "says wrongly where messages were moved" },
	{ "lists of different length",
	  HEAD"moved=1:2\ttarget=a\ttarget_uids=1\tend",
	  "says wrongly where messages were moved" },
	{ "a name that is not UTF-8", HEAD"moved=1\ttarget=b\377\tend",
	  "says wrongly where messages were moved" },
	{ "a surrogate in a name", HEAD"moved=1\ttarget=\355\240\200\tend",
	  "says wrongly where messages were moved" },
	{ "two messages that became one",
	  HEAD"moved=1:2\ttarget=b\ttarget_uids=5,5\tend",
	  "says wrongly where messages were moved" },
	{ "ranges that overlap by one",
	  HEAD"moved=1:6\ttarget=b\ttarget_uids=7:9,5:7\tend",
	  "says wrongly where messages were moved" },
	{ "more moves than a line has", HEAD MOVES_8"moved=1\ttarget=b\tend",
	  "has too many moves" },
	/* a field about no move is one that nobody knows */
	{ "a target before its move", HEAD"target=a\tread=1\tend", "1 read" },
};

/* A text, how many lines it has, how many that are none, and the error. */
static const struct text_row {
	const char *label;
	const char *text;
	size_t size;
	unsigned int lines;
	unsigned int broken;
	const char *error;
} text_rows[] = {
#define TEXT(text) text, sizeof(text) - 1
	{ "nothing", TEXT(""), 0, 0, NULL },
	{ "empty lines", TEXT("\n\n"), 0, 0, NULL },
	{ "a line", TEXT(HEAD"end\n"), 1, 0, NULL },
	{ "no line feed at the end", TEXT(HEAD"end"), 1, 0, NULL },
	{ "garbage between", TEXT(HEAD"end\n\377\376x\n"HEAD"end\n"), 2, 1,
	  "line 2 has a field without a value" },
	{ "a NUL", TEXT(HEAD"end\nread=\0001\n"HEAD"end\n"), 2, 1,
	  "line 2 has a NUL" },
	{ "half of the last one", TEXT(HEAD"end\n"HEAD"read=1"), 1, 1,
	  "line 2 is incomplete" },
	{ "the first of many", TEXT("a\nb\nc\n"), 0, 3,
	  "line 1 has a field without a value" },
};

/* What the line counts, whose it is, and what it undoes. */
static const char *line_text(const struct coexist_journal_line *line)
{
	struct coexist_change_counts counts;
	const char *text;

	i_zero(&counts);
	coexist_journal_line_count(line, &counts);
	text = coexist_change_counts_text(&counts);
	coexist_change_counts_free(&counts);
	if (line->user != NULL)
		text = t_strdup_printf("%s by %s", text, line->user);
	return line->undoes == NULL ? text :
		t_strdup_printf("%s, undoes %s%s", text, line->undoes,
				line->undoes_part ? " in part" : "");
}

/* What is written is read as the same. */
static bool line_is_written(pool_t pool, const struct coexist_journal_line *line)
{
	string_t *written = t_str_new(128);
	struct coexist_journal_line again;
	const char *error;

	coexist_journal_line_write(written, line);
	str_truncate(written, str_len(written) - 1);
	return coexist_journal_line_parse(pool, str_c(written), &again,
					  &error) == 0 &&
		strcmp(line_text(line), line_text(&again)) == 0;
}

static bool line_holds(const struct line_row *row)
{
	pool_t pool = pool_alloconly_create("test", 512);
	struct coexist_journal_line line;
	const char *result;
	bool holds = true;

	if (coexist_journal_line_parse(pool, row->text, &line, &result) == 0) {
		result = line_text(&line);
		holds = line_is_written(pool, &line);
	}
	if (strcmp(result, row->counts) != 0) {
		printf("# %s\n", result);
		holds = false;
	}
	pool_unref(&pool);
	return holds;
}

static bool text_holds(const struct text_row *row)
{
	pool_t pool = pool_alloconly_create("test", 512);
	struct coexist_journal journal;
	bool holds;

	coexist_journal_text_read(pool, (const unsigned char *)row->text,
				  row->size, &journal);
	holds = array_count(&journal.lines) == row->lines &&
		journal.broken == row->broken &&
		null_strcmp(journal.broken_error, row->error) == 0;
	pool_unref(&pool);
	return holds;
}

/* A line may be so long and no longer. */
static bool length_holds(size_t size, unsigned int lines)
{
	pool_t pool = pool_alloconly_create("test", 512);
	string_t *text = str_new(default_pool, size);
	struct coexist_journal journal;
	bool holds;

	str_append(text, HEAD"new=");
	while (str_len(text) < size - 4)
		str_append_c(text, 'x');
	str_append(text, "\tend");
	coexist_journal_text_read(pool, str_data(text), str_len(text),
				  &journal);
	holds = array_count(&journal.lines) == lines &&
		journal.broken == 1 - lines;
	str_free(&text);
	pool_unref(&pool);
	return holds;
}

static unsigned int failed;

static void check(bool holds, const char *label)
{
	printf("%s %s\n", holds ? "ok  " : "FAIL", label);
	if (!holds)
		failed++;
}

int main(void)
{
	unsigned int i;

	lib_init();
	T_BEGIN {
		for (i = 0; i < N_ELEMENTS(line_rows); i++)
			check(line_holds(&line_rows[i]), line_rows[i].label);
		for (i = 0; i < N_ELEMENTS(text_rows); i++)
			check(text_holds(&text_rows[i]), text_rows[i].label);
		check(length_holds(COEXIST_JOURNAL_LINE_MAX - 1, 1),
		      "the longest line");
		check(length_holds(COEXIST_JOURNAL_LINE_MAX, 0),
		      "a line that is too long");
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
