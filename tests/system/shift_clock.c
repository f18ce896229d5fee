/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preloaded into a process: its clock is ahead of the machine's by as many
   seconds as the file that $SHIFT_CLOCK names says when the process starts; at
   each look if $SHIFT_CLOCK_LIVE is set. The times of files are not changed. See
   clock.py. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long shift;
/* The file while it is looked at again, else -1: a process that has given up its
   rights could not open it. */
static int live = -1;

static void shift_read(int fd)
{
	char text[32] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) > 0)
		shift = atol(text);
}

__attribute__((constructor)) static void shift_init(void)
{
	const char *path = getenv("SHIFT_CLOCK");
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return;
	shift_read(fd);
	if (getenv("SHIFT_CLOCK_LIVE") != NULL)
		live = fcntl(fd, F_DUPFD_CLOEXEC, 500);
	close(fd);
}

static long shift_now(void)
{
	if (live != -1)
		shift_read(live);
	return shift;
}

#define REAL(type, name, ...) \
	static type (*real)(__VA_ARGS__); \
	if (real == NULL) \
		real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

time_t time(time_t *result)
{
	REAL(time_t, time, time_t *);
	time_t now = real(NULL) + shift_now();

	if (result != NULL)
		*result = now;
	return now;
}

int gettimeofday(struct timeval *now, void *zone)
{
	REAL(int, gettimeofday, struct timeval *, void *);
	int ret = real(now, zone);

	now->tv_sec += shift_now();
	return ret;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	REAL(int, clock_gettime, clockid_t, struct timespec *);
	int ret = real(clock, now);

	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
		now->tv_sec += shift_now();
	return ret;
}
