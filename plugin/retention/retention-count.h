/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_RETENTION_COUNT_H
#define COEXIST_RETENTION_COUNT_H

#include "retention-run.h"

struct mail;

/* What a run of retention counts in its result, and reports. */

/* Counts a message that leaves. */
void coexist_result_add(struct coexist_retention *ret, struct mail *mail,
			uint32_t downloaded);
/* Removes from the result what did not leave after all. */
void coexist_result_take_back(struct coexist_retention_result *result,
			      const struct coexist_retention_result *before,
			      const ARRAY_TYPE(uint32_t) *uids);
/* What is due waits, 0 being no time in particular. A run that only looks has
   counted it as if it went. */
void coexist_result_wait(struct coexist_retention *ret, uint64_t until);
/* Logs what has left, with the event of expiry. */
void coexist_result_report(const struct coexist_retention *ret);

#endif
