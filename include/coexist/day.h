/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_DAY_H
#define COEXIST_DAY_H

#include <stdint.h>
#include <time.h>

/* The calendar day in UTC, as policies count days: P_until names one, and
   pop3_keep_days is a number of them. POSIX time has no leap seconds. */

#define COEXIST_SECS_PER_DAY (24 * 60 * 60)

/* Returns the day of a time that is not before 1970-01-01, counted from that
   day on as the value of a key of the type DATE is. */
static inline uint64_t coexist_day(time_t time)
{
	return (uint64_t)time / COEXIST_SECS_PER_DAY;
}

#endif
