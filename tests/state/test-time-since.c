/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a remembered time says, on both sides of every limit. */

#include "time-since.h"

#include <stdio.h>

#define NOW 1800000000
#define SKEW 300

static const struct {
	const char *label;
	uint64_t then, now;
	bool known;
	uint64_t passed;
} rows[] = {
	{ "never", 0, NOW, false, 0 },
	{ "never, at the beginning of time", 0, 0, false, 0 },
	{ "just now", NOW, NOW, true, 0 },
	{ "a second ago", NOW - 1, NOW, true, 1 },
	{ "at the beginning of time", 1, NOW, true, NOW - 1 },
	{ "a second ahead", NOW + 1, NOW, true, 0 },
	{ "as far ahead as clocks may differ", NOW + SKEW, NOW, true, 0 },
	{ "further ahead", NOW + SKEW + 1, NOW, false, 0 },
	{ "a year ahead", NOW + 31536000, NOW, false, 0 },
	{ "as far ahead as can be", UINT64_MAX, NOW, false, 0 },
	{ "at the end of time", UINT64_MAX, UINT64_MAX, true, 0 },
	{ "a clock before 1970", NOW, (uint64_t)-5, true, (uint64_t)-5 - NOW },
};

int main(void)
{
	unsigned int i, failed = 0;
	uint64_t passed;
	bool known;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		passed = 0;
		known = coexist_time_since(rows[i].then, rows[i].now, &passed);
		if (known != rows[i].known || passed != rows[i].passed) {
			printf("%s\n", rows[i].label);
			failed++;
		}
	}
	return failed == 0 ? 0 : 1;
}
