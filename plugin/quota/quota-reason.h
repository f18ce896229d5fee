/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_REASON_H
#define COEXIST_QUOTA_REASON_H

/* Reasons of a verdict on the quota: why the owner is told something, or is not.
   Plain C. */
enum coexist_quota_reason {
	COEXIST_QUOTA_REASON_NO_LIMIT,
	COEXIST_QUOTA_REASON_BELOW,
	COEXIST_QUOTA_REASON_FIRST_LOOK,
	COEXIST_QUOTA_REASON_HIGHER,
	COEXIST_QUOTA_REASON_REMEMBERED,
	COEXIST_QUOTA_REASON_HELD,
	COEXIST_QUOTA_REASON_REPEAT_EARLY,
	COEXIST_QUOTA_REASON_REPEAT_DUE,
	COEXIST_QUOTA_REASON_LEFT,

	COEXIST_QUOTA_REASON_COUNT
};

/* Returns the reason in words, for the debug log. */
const char *coexist_quota_reason_describe(enum coexist_quota_reason reason);

#endif
