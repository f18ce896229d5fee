/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever a client calls itself, a log line stays one, and keeps its form. */

#include "lib.h"
#include "logged-name.h"

#include <stdio.h>

/* U+FFFD */
#define REPLACED "\xEF\xBF\xBD"

static const struct row {
	const char *label;
	const char *name;
	const char *logged;
} rows[] = {
	{ "an address", "jo@example.org", "jo@example.org" },
	{ "nothing", "", "" },
	{ "UTF-8", "j\xC3\xB3@b\xC3\xBC" "cher.example",
	  "j\xC3\xB3@b\xC3\xBC" "cher.example" },
	{ "a second line", "a\nauth: Error: b",
	  "a"REPLACED"auth: Error: b" },
	{ "other controls", "a\r\tb\x1b", "a"REPLACED REPLACED"b"REPLACED },
	{ "DEL", "a\x7f" "b", "a"REPLACED"b" },
	{ "controls of ISO 6429", "\xC2\x9b" "31m\xC2\x80\xC2\x9f\xC2\xa0",
	  REPLACED"31m"REPLACED REPLACED"\xC2\xa0" },
	{ "brackets", "a> protocol=pop3 <b", "a? protocol=pop3 ?b" },
	{ "not UTF-8", "a\xff" "b", "a"REPLACED"b" },
};

/* What is printed keeps its brackets, and ends where it is too long. */
static unsigned int test_printable(void)
{
	const char *const texts[][2] = {
		{ coexist_printable("<\xC2\x9b" "31m>", SIZE_MAX),
		  "<"REPLACED"31m>" },
		{ coexist_printable("too long", 6), "too l\xE2\x80\xA6" },
	};
	unsigned int failed = 0;

	for (unsigned int i = 0; i < N_ELEMENTS(texts); i++) {
		if (strcmp(texts[i][0], texts[i][1]) != 0) {
			printf("printable: \"%s\", expected \"%s\"\n",
			       texts[i][0], texts[i][1]);
			failed++;
		}
	}
	return failed;
}

int main(void)
{
	const char *logged;
	unsigned int i, failed = 0;

	lib_init();
	T_BEGIN {
		failed += test_printable();
	} T_END;
	for (i = 0; i < N_ELEMENTS(rows); i++) T_BEGIN {
		logged = coexist_logged_name(rows[i].name);
		if (strcmp(logged, rows[i].logged) != 0) {
			printf("%s: \"%s\", expected \"%s\"\n", rows[i].label,
			       logged, rows[i].logged);
			failed++;
		}
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
