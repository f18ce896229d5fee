/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LIVE_SCHEDULE_H
#define COEXIST_LIVE_SCHEDULE_H

#include <stdbool.h>
#include <time.h>

struct mail_user;

/* The timer by which an open session asks again, with jitter, so that sessions that
   began together do not ask together: within each recheck_interval, and soon after
   the day has begun from which on the policy refuses it. */

/* No session asks more often, in seconds. */
#define COEXIST_LIVE_MIN_INTERVAL 60

struct coexist_live_schedule {
	/* in seconds; 0 before it was read */
	unsigned int interval;
	/* when it was last known that the session may go on, and when to ask */
	time_t last, due;
	/* 0 if there is no such day, or it has begun */
	time_t until;
};

/* Returns secs with jitter: three quarters of them at least. */
unsigned int coexist_live_jitter(unsigned int secs);

/* Returns the time since the machine was started, in seconds, which no setting of the
   clock changes. */
time_t coexist_live_boot_time(void);

/* Takes the day into account, the text of a number of days since 1970-01-01 or
   NULL. */
void coexist_live_schedule_until(struct coexist_live_schedule *schedule,
				 const char *day);
/* The session could go on at that time. Returns in how many milliseconds to look
   whether it is time to ask. */
unsigned int coexist_live_schedule_begin(struct coexist_live_schedule *schedule,
					 struct mail_user *user, time_t last);
/* Returns TRUE if it is time to ask. Else *msecs_r is when to look again. */
bool coexist_live_schedule_is_due(struct coexist_live_schedule *schedule,
				  unsigned int *msecs_r);

#endif
