/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in retention-rule.h. */

#include "lib.h"
#include "retention-rule.h"
#include "coexist/day.h"
#include "time-since.h"

bool coexist_retention_allows(enum mail_flags flags)
{
	const enum mail_flags told = MAIL_SEEN | MAIL_FLAGGED | MAIL_ANSWERED |
		MAIL_DRAFT;

	return (flags & told) == MAIL_SEEN;
}

bool coexist_retention_is_over(uint32_t downloaded, uint64_t days, time_t now)
{
	uint64_t passed;

	return now >= 0 &&
		coexist_time_since(downloaded, (uint64_t)now, &passed) &&
		passed / COEXIST_SECS_PER_DAY >= days;
}
