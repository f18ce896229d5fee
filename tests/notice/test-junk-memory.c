/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When the owner is told of junk, and what junk may say in a message of ours. */

#include "lib.h"
#include "junk-memory.h"
#include "junk-row.h"

#include <stdio.h>

#define DAY (24 * 60 * 60)
#define NOW (20000ULL * DAY + 100)
#define INTERVAL (7 * DAY)

static const struct judge_row {
	const char *label;
	const char *memory;
	/* days ago, 0 for never */
	unsigned int imap, webmail;
	enum coexist_junk_look look;
} judge_rows[] = {
	{ "nothing is remembered", NULL, 0, 0, COEXIST_JUNK_BEGIN },
	{ "something else", "1 2 3", 0, 0, COEXIST_JUNK_BEGIN },
	{ "one number too many", "1 1 1727999000 1 1 1", 0, 0,
	  COEXIST_JUNK_BEGIN },
	{ "text", "1725000000 1725000000 1727999000 1 x", 0, 0,
	  COEXIST_JUNK_BEGIN },
	{ "the 30 days are not over", "1725408101 1725408101 1727999000 1 1",
	  0, 0, COEXIST_JUNK_WAIT },
	{ "they are over", "1725408100 1725408100 1728000100 1 1", 0, 0,
	  COEXIST_JUNK_COUNT },
	{ "it is not time yet", "1720000000 1727900000 1728000101 1 1", 0, 0,
	  COEXIST_JUNK_WAIT },
	{ "IMAP yesterday", "1720000000 1720000000 1728000100 1 1", 1, 0,
	  COEXIST_JUNK_POSTPONE },
	{ "IMAP 29 days ago", "1720000000 1720000000 1728000100 1 1", 29, 0,
	  COEXIST_JUNK_POSTPONE },
	{ "IMAP 30 days ago", "1720000000 1720000000 1728000100 1 1", 30, 0,
	  COEXIST_JUNK_COUNT },
	{ "webmail 29 days ago", "1720000000 1720000000 1728000100 1 1", 30,
	  29, COEXIST_JUNK_POSTPONE },
	{ "POP3 was not used for 90 days", "1700000000 1 1720224100 1 1", 0, 0,
	  COEXIST_JUNK_COUNT },
	{ "nor for one second more", "1700000000 1 1720224099 1 1", 0, 0,
	  COEXIST_JUNK_BEGIN },
	{ "the clock was ahead", "1728000101 1728000101 1728000101 1 1", 0, 0,
	  COEXIST_JUNK_BEGIN },
	{ "and told then", "1700000000 1 1730592101 1 1", 0, 0,
	  COEXIST_JUNK_BEGIN },
};

static bool judge_holds(const struct judge_row *row)
{
	struct coexist_last_use use;
	struct coexist_junk_memory memory;

	i_zero(&use);
	if (row->imap != 0)
		use.protocols[COEXIST_PROTOCOL_IMAP].day = 20000 - row->imap;
	if (row->webmail != 0) {
		use.protocols[COEXIST_PROTOCOL_WEBMAIL].day =
			20000 - row->webmail;
	}
	coexist_junk_memory_parse(row->memory, &memory);
	return coexist_junk_judge(&memory, &use, NOW, INTERVAL) == row->look;
}

static const struct row {
	const char *label, *text, *wanted;
} domain_rows[] = {
	{ "an address", "Ana <ana@example.org>", "example.org" },
	{ "two", "ana@example.org, bob@example.net", "example.org" },
	{ "none", "", "?" },
	{ "no domain", "ana", "?" },
	{ "a quoted one", "<ana@\"a b\">", "?" },
	{ "a domain literal", "<ana@[192.0.2.1]>", "?" },
	{ "no ASCII", "<ana@ex\xc3\xa4mple.org>", "?" },
	{ "60 bytes",
	  "<a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>",
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
	{ "61 bytes",
	  "<a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>",
	  "?" },
}, subject_rows[] = {
	{ "words", "Your  invoice", "Your invoice" },
	{ "none", "", "" },
	{ "encoded", "=?utf-8?q?caf=C3=A9?=", "caf\xc3\xa9" },
	{ "encoded controls", "=?utf-8?q?a=0D=0ABcc:=20x=00y?=", "a Bcc: x" },
	{ "an escape", "a\x1b[31mb", "a [31mb" },
	{ "right to left", "=?utf-8?b?YeKArmI=?=", "ab" },
	{ "no width", "=?utf-8?b?YeKAi2I=?=", "ab" },
	{ "not UTF-8", "a\xff" "b", "a\xef\xbf\xbd" "b" },
	{ "a link", "See https://example.org/x now", "See \xe2\x80\xa6 now" },
	{ "one without http", "See www.example.org now",
	  "See \xe2\x80\xa6 now" },
	{ "one that is hidden", "See example.org/x now",
	  "See \xe2\x80\xa6 now" },
	{ "an address", "Write to a@example.org", "Write to \xe2\x80\xa6" },
	{ "60 characters",
	  "=?utf-8?b?w6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOp?="
	  " =?utf-8?b?w6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOp?="
	  " =?utf-8?b?w6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOp?="
	  " =?utf-8?b?w6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOp?=",
#define E15 "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9" \
	    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	  E15 E15 E15 E15 },
	{ "61 characters",
	  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	  "\xe2\x80\xa6" },
};

static unsigned int check(const char *label, bool holds)
{
	printf("%s %s\n", holds ? "ok  " : "FAIL", label);
	return holds ? 0 : 1;
}

static unsigned int
check_rows(const struct row *rows, unsigned int count,
	   const char *(*function)(const char *text))
{
	unsigned int i, failed = 0;
	const char *found;

	for (i = 0; i < count; i++) {
		found = function(rows[i].text);
		failed += check(rows[i].label,
				strcmp(found, rows[i].wanted) == 0);
		if (strcmp(found, rows[i].wanted) != 0)
			printf("     %s\n", found);
	}
	return failed;
}

static bool formatted_holds(void)
{
	const char *text = "1 2 3 4 5";
	struct coexist_junk_memory memory, later;

	coexist_junk_memory_parse(text, &memory);
	later = coexist_junk_memory_postponed(&memory, 10);
	return strcmp(coexist_junk_memory_format(&memory), text) == 0 &&
		strcmp(coexist_junk_memory_format(&later),
		       "1 2 86410 4 5") == 0;
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(judge_rows); i++) {
		failed += check(judge_rows[i].label,
				judge_holds(&judge_rows[i]));
	}
	failed += check("its line", formatted_holds());
	failed += check_rows(domain_rows, N_ELEMENTS(domain_rows),
			     coexist_junk_domain);
	failed += check_rows(subject_rows, N_ELEMENTS(subject_rows),
			     coexist_junk_subject);
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
