/* Preloaded into a process: its clock is ahead of the machine's by as many
   seconds as the file that $SHIFT_CLOCK names says when the process starts. The
   times of files are not changed. See clock.py. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long shift;

__attribute__((constructor)) static void shift_read(void)
{
	const char *path = getenv("SHIFT_CLOCK");
	FILE *file = path == NULL ? NULL : fopen(path, "r");

	if (file == NULL)
		return;
	if (fscanf(file, "%ld", &shift) != 1)
		shift = 0;
	fclose(file);
}

#define REAL(type, name, ...) \
	static type (*real)(__VA_ARGS__); \
	if (real == NULL) \
		real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

time_t time(time_t *result)
{
	REAL(time_t, time, time_t *);
	time_t now = real(NULL) + shift;

	if (result != NULL)
		*result = now;
	return now;
}

int gettimeofday(struct timeval *now, void *zone)
{
	REAL(int, gettimeofday, struct timeval *, void *);
	int ret = real(now, zone);

	now->tv_sec += shift;
	return ret;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	REAL(int, clock_gettime, clockid_t, struct timespec *);
	int ret = real(clock, now);

	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
		now->tv_sec += shift;
	return ret;
}
