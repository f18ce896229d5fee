/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preloaded into a process that runs in valgrind: its clock is as much slower as
   valgrind makes everything. What is known for three seconds then serves as many
   logins as it does without valgrind. See counting.py. */

#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SLOWER 64
#define NSECS 1000000000LL

static long long begin;

static long long machine_now(void)
{
	struct timespec now;

	(void)syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
	return now.tv_sec * NSECS + now.tv_nsec;
}

static long long slow_now(void)
{
	long long now = machine_now();

	if (begin == 0)
		begin = now;
	return begin + (now - begin) / SLOWER;
}

time_t time(time_t *result)
{
	time_t now = slow_now() / NSECS;

	if (result != NULL)
		*result = now;
	return now;
}

int gettimeofday(struct timeval *now, void *zone)
{
	long long nsecs = slow_now();

	(void)zone;
	now->tv_sec = nsecs / NSECS;
	now->tv_usec = nsecs % NSECS / 1000;
	return 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	long long nsecs;

	if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)
		return (int)syscall(SYS_clock_gettime, clock, now);
	nsecs = slow_now();
	now->tv_sec = nsecs / NSECS;
	now->tv_nsec = nsecs % NSECS;
	return 0;
}
