/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preloaded into a server process, this lets its clock jump to the next timeout
   once nothing happened for a second: ten idle minutes pass in little more.
   Timeouts of a second and less are left alone. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MSECS 1000
#define IMPATIENCE_MSECS 5

static long long skipped_msecs;
static bool nothing_happened;
static int (*real_clock_gettime)(clockid_t, struct timespec *);
static int (*real_epoll_wait)(int, struct epoll_event *, int, int);

__attribute__((constructor)) static void find_real(void)
{
	real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
	real_epoll_wait = dlsym(RTLD_NEXT, "epoll_wait");
}

static void add_skipped(time_t *seconds, long *fraction, long per_msec)
{
	*seconds += skipped_msecs / 1000;
	*fraction += skipped_msecs % 1000 * per_msec;
	if (*fraction >= 1000 * per_msec) {
		*fraction -= 1000 * per_msec;
		*seconds += 1;
	}
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	int ret;

	/* a sanitizer asks before there is anything else */
	if (real_clock_gettime == NULL)
		return syscall(SYS_clock_gettime, id, ts);
	ret = real_clock_gettime(id, ts);
	if (ret == 0)
		add_skipped(&ts->tv_sec, &ts->tv_nsec, 1000000);
	return ret;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec ts;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &ts) < 0)
		return -1;
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *now)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_REALTIME, &ts) < 0)
		return -1;
	if (now != NULL)
		*now = ts.tv_sec;
	return ts.tv_sec;
}

int epoll_wait(int fd, struct epoll_event *events, int count, int timeout)
{
	int ret, patience;

	if (timeout <= PATIENCE_MSECS)
		return real_epoll_wait(fd, events, count, timeout);
	patience = nothing_happened ? IMPATIENCE_MSECS : PATIENCE_MSECS;
	ret = real_epoll_wait(fd, events, count, patience);
	nothing_happened = ret == 0;
	if (nothing_happened)
		skipped_msecs += timeout - patience;
	return ret;
}
