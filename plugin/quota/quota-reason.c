/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-reason.h. */

#include "quota-reason.h"

static const char *const texts[] = {
	[COEXIST_QUOTA_REASON_NO_LIMIT] = "there is no limit",
	[COEXIST_QUOTA_REASON_BELOW] = "usage is below every level",
	[COEXIST_QUOTA_REASON_FIRST_LOOK] =
		"a level that the first look finds is told with "
		"quota_warn_first only",
	[COEXIST_QUOTA_REASON_HIGHER] =
		"usage has reached a level above the remembered one",
	[COEXIST_QUOTA_REASON_REMEMBERED] = "the level is remembered",
	[COEXIST_QUOTA_REASON_HELD] =
		"usage is below the remembered level, but not by "
		"quota_warn_rearm",
	[COEXIST_QUOTA_REASON_REPEAT_EARLY] =
		"the reminder of quota_warn_repeat is not due yet",
	[COEXIST_QUOTA_REASON_REPEAT_DUE] =
		"the reminder of quota_warn_repeat is due",
	[COEXIST_QUOTA_REASON_LEFT] =
		"usage has left the remembered level by quota_warn_rearm",
};

_Static_assert(sizeof(texts) / sizeof(texts[0]) == COEXIST_QUOTA_REASON_COUNT,
	       "a reason has no text");

const char *coexist_quota_reason_describe(enum coexist_quota_reason reason)
{
	return texts[reason];
}
