/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preloaded into a process: its time of day and its timers go $FAST_CLOCK times as
   fast, from its start on, at which it is $FAST_CLOCK_AHEAD seconds ahead. See
   clock.py. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static long factor = 1, ahead = 0;
static struct timeval begin;
static int (*real_gettimeofday)(struct timeval *, void *);
static long long boot;
static int (*real_clock_gettime)(clockid_t, struct timespec *);
static int (*real_epoll_wait)(int, struct epoll_event *, int, int);

static long long usecs(const struct timeval *tv)
{
	return tv->tv_sec * 1000000LL + tv->tv_usec;
}

static long long nsecs(const struct timespec *ts)
{
	return ts->tv_sec * 1000000000LL + ts->tv_nsec;
}

__attribute__((constructor)) static void fast_init(void)
{
	const char *text = getenv("FAST_CLOCK");
	struct timespec ts;

	real_gettimeofday = dlsym(RTLD_NEXT, "gettimeofday");
	real_epoll_wait = dlsym(RTLD_NEXT, "epoll_wait");
	real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
	real_gettimeofday(&begin, NULL);
	real_clock_gettime(CLOCK_BOOTTIME, &ts);
	boot = nsecs(&ts);
	if (text != NULL && atol(text) > 0)
		factor = atol(text);
	text = getenv("FAST_CLOCK_AHEAD");
	if (text != NULL)
		ahead = atol(text);
}

int gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
	int ret = real_gettimeofday(tv, tz);
	long long now = usecs(&begin) + (usecs(tv) - usecs(&begin)) * factor;

	tv->tv_sec = now / 1000000 + ahead;
	tv->tv_usec = now % 1000000;
	return ret;
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	int ret;

	/* a sanitizer asks before there is anything else */
	if (real_clock_gettime == NULL)
		return syscall(SYS_clock_gettime, id, ts);
	ret = real_clock_gettime(id, ts);
	/* as that of the day does */
	if (ret == 0 && id == CLOCK_BOOTTIME) {
		long long now = boot + (nsecs(ts) - boot) * factor;

		ts->tv_sec = now / 1000000000;
		ts->tv_nsec = now % 1000000000;
	}
	return ret;
}

/* One that is relative and ends once, as ours does. */
int timerfd_settime(int fd, int flags, const struct itimerspec *timer,
		    struct itimerspec *before)
{
	static int (*real)(int, int, const struct itimerspec *,
			   struct itimerspec *);
	long long wait = nsecs(&timer->it_value) / factor;
	struct itimerspec fast = {
		.it_value = { wait / 1000000000, wait % 1000000000 }
	};

	if (real == NULL)
		real = dlsym(RTLD_NEXT, "timerfd_settime");
	return real(fd, flags, &fast, before);
}

int epoll_wait(int fd, struct epoll_event *events, int count, int msecs)
{
	/* rounded up: who waits for a timer must not find it a moment early */
	return real_epoll_wait(fd, events, count,
			       msecs <= 0 ? msecs :
			       (int)((msecs + factor - 1) / factor));
}
