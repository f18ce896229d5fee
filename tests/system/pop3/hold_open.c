/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preloaded into a POP3 process: it waits before it opens a file of the name HOLD_OPEN for
   as long as the file HOLD exists, beside which it says so by a file HOLD.<process id>. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POLL_USECS 5000
/* A test that failed keeps nobody for longer. */
#define MAX_POLLS (30 * 1000 * 1000 / POLL_USECS)

static const char *hold_path, *hold_name;

/* Dovecot writes the process's title over its environment. */
__attribute__((constructor)) static void hold_read(void)
{
	const char *path = getenv("HOLD"), *name = getenv("HOLD_OPEN");

	hold_path = path == NULL ? NULL : strdup(path);
	hold_name = name == NULL ? "" : strdup(name);
}

static void hold(const char *path)
{
	const char *name = strrchr(path, '/');
	char waiting[PATH_MAX];
	FILE *file;
	int i;

	if (hold_path == NULL || name == NULL ||
	    strcmp(name + 1, hold_name) != 0 || access(hold_path, F_OK) < 0)
		return;
	snprintf(waiting, sizeof(waiting), "%s.%ld", hold_path, (long)getpid());
	file = fopen(waiting, "w");
	if (file != NULL)
		fclose(file);
	for (i = 0; i < MAX_POLLS && access(hold_path, F_OK) == 0; i++)
		usleep(POLL_USECS);
}

#define OPEN(function) \
int function(const char *path, int flags, ...) \
{ \
	int (*real)(const char *, int, ...) = \
		(int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #function); \
	va_list args; \
	int mode; \
\
	va_start(args, flags); \
	mode = (flags & O_CREAT) != 0 ? va_arg(args, int) : 0; \
	va_end(args); \
	hold(path); \
	return real(path, flags, mode); \
}

OPEN(open)
OPEN(open64)

/* What a fortified library calls. */
int __open_2(const char *path, int flags)
{
	return open(path, flags);
}

int __open64_2(const char *path, int flags)
{
	return open64(path, flags);
}
