/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What IMAP can say to every client, of a text in any language. */

#include "lib.h"
#include "ascii-line.h"

#include <stdbool.h>
#include <stdio.h>

static const struct row {
	const char *label;
	const char *text;
	const char *line;
	bool complete;
} rows[] = {
	{ "ASCII", "Your mailbox is 82 % full.", "Your mailbox is 82 % full.",
	  true },
	{ "nothing", "", "", true },
	{ "Spanish", "\xC2\xBFSu buz\xC3\xB3n est\xC3\xA1 a\xC3\xB1o?",
	  "Su buzon esta ano?", true },
	{ "German", "gr\xC3\xB6\xC3\x9F" "er \xE2\x80\x9E" "A\xE2\x80\x9C",
	  "grosser \"A\"", true },
	{ "French", "\xC3\x80 l\xE2\x80\x99\xC5\x93il\xC2\xA0:\xE2\x80\xAF"
	  "\xC2\xAB 5 \xE2\x82\xAC \xC2\xBB",
	  "A l'oeil : \" 5 EUR \"", true },
	{ "both ends of the table", "\xC3\x80\xC3\xBF", "Ay", true },
	{ "Greek", "\xCE\xB1 1", "? 1", false },
	{ "an emoji", "a\xF0\x9F\x98\x80", "a?", false },
	{ "controls", "a\r\nb\tc\x1b\x7f" "d", "a  b c  d", true },
	{ "C1 controls", "a\xC2\x85", "a?", false },
	{ "not UTF-8", "a\xff\xC3", "a??", false },
};

int main(void)
{
	const char *line;
	unsigned int i, failed = 0;
	bool complete;

	lib_init();
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		complete = coexist_ascii_line(rows[i].text, &line);
		if (strcmp(line, rows[i].line) != 0 ||
		    complete != rows[i].complete) {
			printf("%s: %s\n", rows[i].label, line);
			failed++;
		}
	}
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
