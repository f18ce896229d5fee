#ifndef COEXIST_TIME_SINCE_H
#define COEXIST_TIME_SINCE_H

#include <stdbool.h>
#include <stdint.h>

/* How long ago was what a session has remembered by its time (of an interval, a
   rate limit, a retention)? One rule for all of them. Plain C. */

/* The clocks of several hosts may differ by so much. */
#define COEXIST_TIME_SKEW_SECS (5 * 60)

/* Returns true and how many seconds ago it was. A time that lies ahead by no more
   than the skew is just now. Returns false if there is no such time: 0, or one
   further ahead, which was written while the clock was wrong. Whoever asks does
   what he would if it had never happened: nobody waits until the clock has caught
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
