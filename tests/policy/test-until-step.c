/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The steps of until_notice. */

#include "until-step.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY (24 * 60 * 60)
#define UNTIL 20800

static const struct {
	const char *label, *steps;
	/* seconds before the end; negative behind it */
	int64_t left;
	/* in hours, 0 for none */
	uint64_t hours;
} rows[] = {
	{ "none in the list", "", 5 * DAY, 0 },
	{ "none has come", "30d 7d 1d", 30 * DAY + 1, 0 },
	{ "the first has come", "30d 7d 1d", 30 * DAY, 30 * 24 },
	{ "and is the last one yet", "30d 7d 1d", 7 * DAY + 1, 30 * 24 },
	{ "the second", "30d 7d 1d", 7 * DAY, 7 * 24 },
	{ "the last", "30d 7d 1d", 1, 24 },
	{ "in any order, by commas", "1d,30d, 7d", 2 * DAY, 7 * 24 },
	{ "the end", "30d 7d 1d", 0, 0 },
	{ "behind it", "30d 7d 1d", -1, 0 },
	{ "hours", "12h", 12 * 3600, 12 },
	{ "weeks", "2w", 14 * DAY, 14 * 24 },
	{ "0 is never", "0", 1, 0 },
};

int main(void)
{
	unsigned int i, failed = 0;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t step = 0;
		uint64_t now = (uint64_t)((int64_t)UNTIL * DAY - rows[i].left);
		bool found = coexist_until_step(rows[i].steps, UNTIL, now,
						&step);

		if (found == (rows[i].hours > 0) &&
		    step == rows[i].hours * 3600)
			continue;
		printf("%s: %d %"PRIu64"\n", rows[i].label, found, step);
		failed++;
	}
	if (coexist_until_step("30d", UINT64_MAX, 0, &(uint64_t){ 0 })) {
		printf("no end\n");
		failed++;
	}
	return failed == 0 ? 0 : 1;
}
