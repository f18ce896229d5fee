/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preloaded into a process that delivers: what it is about to put into the folder
   "new" of a maildir waits for as long as the file HOLD exists, beside which it
   says so by a file of its own, HOLD.<process id>. One of them can be kept longer,
   by HOLD-<process id>. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POLL_USECS 5000
/* A test that failed keeps nobody for longer. */
#define MAX_POLLS (30 * 1000 * 1000 / POLL_USECS)

static void hold(const char *path)
{
	char waiting[4096], longer[4096];
	FILE *file;
	int i;

	if (access(path, F_OK) < 0)
		return;
	snprintf(waiting, sizeof(waiting), "%s.%ld", path, (long)getpid());
	file = fopen(waiting, "w");
	if (file != NULL)
		fclose(file);
	snprintf(longer, sizeof(longer), "%s-%ld", path, (long)getpid());
	for (i = 0; i < MAX_POLLS && (access(path, F_OK) == 0 ||
				      access(longer, F_OK) == 0); i++)
		usleep(POLL_USECS);
}

int rename(const char *from, const char *to)
{
	int (*original)(const char *, const char *) =
		(int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
	const char *path = getenv("HOLD");

	if (path != NULL && strstr(to, "/new/") != NULL)
		hold(path);
	return original(from, to);
}
