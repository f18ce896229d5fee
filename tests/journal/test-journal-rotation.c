/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stays in the journal when it has become too large. */

#include "lib.h"
#include "journal-line.h"
#include "journal-rotation.h"
#include "str.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>

/* A file of lines, of which each letter is one of the session of that name: of
   100 bytes, a capital one of 1000; a dash is a line that names none. What is
   left when another one is written. */
static const struct rotation_row {
	const char *label;
	const char *lines;
	const char *newest;
	size_t room;
	const char *left;
} rotation_rows[] = {
	{ "nothing", "", "a", 400, "" },
	{ "no room at all", "abc", "d", 0, "c" },
	{ "just room for all but the two largest", "abcde", "f", 400, "abcde" },
	{ "the older ones go until there is half as much", "abcdef", "g", 400,
	  "def" },
	{ "a session is as old as its last line", "abcdefa", "g", 400, "aefa" },
	{ "what is written belongs to the oldest", "abcdefg", "a", 400, "aefg" },
	{ "it stays, however large", "AAAAAbcdefg", "A", 400, "AAAAAefg" },
	{ "it alone", "AAAA", "A", 400, "AAAA" },
	{ "lines of it between others", "abacadaeaf", "a", 200, "aaaaeaf" },
	{ "a large one does not count", "bcdeAf", "g", 400, "eAf" },
	{ "two large ones", "ABAbcdBef", "g", 1200, "ABAbcdBef" },
	{ "three large ones", "ABCdef", "g", 1000, "BCdef" },
	{ "it goes when it is the oldest", "AAAbcdef", "g", 400, "def" },
	{ "as a whole", "AbAcAdefghijkl", "m", 400, "jkl" },
	{ "lines that name no session", "------", "g", 400, "---" },
	{ "a line that names none is written", "aaaaab", "-", 0, "b" },
};

static void rotation_line(string_t *text, char letter)
{
	size_t begin = str_len(text);
	size_t size = letter >= 'A' && letter <= 'Z' ? 1000 : 100;

	if (letter != '-')
		str_printfa(text, "time=x\tsession=%c\t", i_tolower(letter));
	while (str_len(text) < begin + size - 2)
		str_append_c(text, '.');
	str_printfa(text, "%c\n", letter);
}

static unsigned char *str_bytes(string_t *text)
{
	return (unsigned char *)str_c_modifiable(text);
}

static bool rotation_holds(const struct rotation_row *row)
{
	string_t *text = t_str_new(4096), *newest = t_str_new(1024);
	string_t *left = t_str_new(64);
	const char *p;
	size_t size, i;

	for (p = row->lines; *p != '\0'; p++)
		rotation_line(text, *p);
	for (p = row->newest; *p != '\0'; p++)
		rotation_line(newest, *p);
	size = coexist_journal_rotate(str_bytes(text), str_len(text),
				      newest, row->room);
	for (i = 1; i < size; i++) {
		if (str_c(text)[i] == '\n')
			str_append_c(left, str_c(text)[i - 1]);
	}
	if (strcmp(str_c(left), row->left) != 0) {
		printf("# %s\n", str_c(left));
		return false;
	}
	return true;
}

/* What is no line for its length is not kept, though there is room. */
static bool rotation_drops_what_is_no_line(void)
{
	string_t *text = str_new(default_pool, 2 * COEXIST_JOURNAL_LINE_MAX);
	string_t *newest = t_str_new(128);
	size_t size;

	rotation_line(newest, 'b');
	while (str_len(text) <= COEXIST_JOURNAL_LINE_MAX)
		str_append_c(text, 'x');
	str_append_c(text, '\n');
	rotation_line(text, 'a');
	size = coexist_journal_rotate(str_bytes(text), str_len(text),
				      newest, SIZE_MAX);
	str_free(&text);
	return size == 100;
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
		for (i = 0; i < N_ELEMENTS(rotation_rows); i++) {
			check(rotation_holds(&rotation_rows[i]),
			      rotation_rows[i].label);
		}
		check(rotation_drops_what_is_no_line(),
		      "what is no line goes when the file is rotated");
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
