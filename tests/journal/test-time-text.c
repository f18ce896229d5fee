/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A time in the journal and in what doveadm prints: UTC, and nothing where there
   is none. */

#include "lib.h"
#include "time-text.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const struct row {
	const char *label;
	time_t time;
	const char *wanted;
} rows[] = {
	{ "no time", 0, "" },
	{ "the first second", 1, "1970-01-01T00:00:01Z" },
	{ "a leap day", 1709164799, "2024-02-28T23:59:59Z" },
	{ "the second behind it", 1709164800, "2024-02-29T00:00:00Z" },
	{ "the last year of four digits", 253402300799, "9999-12-31T23:59:59Z" },
	{ "the first of five", 253402300800, "" },
	{ "no year that struct tm can hold", INT64_MAX, "" }
};

int main(void)
{
	unsigned int i, failed = 0;

	/* not a zone that anything else here is in */
	setenv("TZ", "Pacific/Chatham", /*replace=*/1);
	tzset();
	lib_init();
	for (i = 0; i < N_ELEMENTS(rows); i++) T_BEGIN {
		const char *text = coexist_time_text(rows[i].time);

		if (strcmp(text, rows[i].wanted) != 0) {
			printf("FAIL %s: %s\n", rows[i].label, text);
			failed++;
		}
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
