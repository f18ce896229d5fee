/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_TIME_SINCE_H
#define COEXIST_TIME_SINCE_H

#include <stdbool.h>
#include <stdint.h>

/* Elapsed time since a time that was remembered: of an interval, a rate limit, a
   retention. All of them follow this one rule. Plain C. */

/* Clock skew: the clocks of several hosts may differ by so much. */
#define COEXIST_TIME_SKEW_SECS (5 * 60)

/* Returns true and the elapsed seconds; a time that lies ahead by no more than the
   skew is just now. Returns false if there is no such time: 0, or one further ahead,
   which was written while the clock was wrong. The caller then does what it would
   do if the time had never been remembered: nobody waits until the clock has caught
   up, and nothing is removed by a download that nobody knows the time of. */
static inline bool
coexist_time_since(uint64_t then, uint64_t now, uint64_t *passed_r)
{
	if (then == 0 || (then > now && then - now > COEXIST_TIME_SKEW_SECS))
		return false;
	*passed_r = then > now ? 0 : now - then;
	return true;
}

#endif
