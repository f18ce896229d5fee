/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pop3_keep_days on both sides of its limits. */

#include "lib.h"
#include "retention-rule.h"

#include <stdio.h>

#define DAY (24 * 60 * 60)
#define NOW 1800000000

static const struct {
	const char *label;
	enum mail_flags flags;
	bool allowed;
} flag_rows[] = {
	{ "read", MAIL_SEEN, TRUE },
	{ "unread", 0, FALSE },
	{ "flagged", MAIL_SEEN | MAIL_FLAGGED, FALSE },
	{ "answered", MAIL_SEEN | MAIL_ANSWERED, FALSE },
	{ "a draft", MAIL_SEEN | MAIL_DRAFT, FALSE },
	{ "flagged and unread", MAIL_FLAGGED, FALSE },
	{ "everything", MAIL_FLAGS_MASK, FALSE },
	{ "deleted by IMAP", MAIL_SEEN | MAIL_DELETED, TRUE },
	{ "deleted and unread", MAIL_DELETED, FALSE },
	{ "recent", MAIL_SEEN | MAIL_RECENT, TRUE },
};

static const struct {
	const char *label;
	uint32_t downloaded;
	uint64_t days;
	time_t now;
	bool over;
} time_rows[] = {
	{ "not downloaded", 0, 1, NOW, FALSE },
	{ "a second too early", NOW - 30 * DAY + 1, 30, NOW, FALSE },
	{ "on time", NOW - 30 * DAY, 30, NOW, TRUE },
	{ "long ago", 1, 30, NOW, TRUE },
	{ "just now", NOW, 1, NOW, FALSE },
	{ "in the future", NOW + 1, 1, NOW, FALSE },
	{ "far in the future", NOW + DAY, 0, NOW, FALSE },
	{ "at the end of time", UINT32_MAX, 1, NOW, FALSE },
	{ "one day, a second too early", NOW - DAY + 1, 1, NOW, FALSE },
	{ "one day", NOW - DAY, 1, NOW, TRUE },
	{ "more days than there were", 1, NOW, NOW, FALSE },
	{ "the most days there can be", 1, UINT64_MAX, NOW, FALSE },
	{ "a clock before 1970", 1, 1, -5, FALSE },
};

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(flag_rows); i++) {
		if (coexist_retention_allows(flag_rows[i].flags) !=
		    flag_rows[i].allowed) {
			printf("%s\n", flag_rows[i].label);
			failed++;
		}
	}
	for (i = 0; i < N_ELEMENTS(time_rows); i++) {
		if (coexist_retention_is_over(time_rows[i].downloaded,
					      time_rows[i].days,
					      time_rows[i].now) !=
		    time_rows[i].over) {
			printf("%s\n", time_rows[i].label);
			failed++;
		}
	}
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
