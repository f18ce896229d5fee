/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preloaded into a POP3 process, this lets another session define the maildrop just before
   Dovecot's virtual plugin reads the definition: a file dovecot-virtual.other beside it takes
   its place. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void other_define(const char *path, const void *caller)
{
	const char *name = strrchr(path, '/');
	char other[PATH_MAX];
	Dl_info info;

	if (name == NULL || strcmp(name, "/dovecot-virtual") != 0 ||
	    dladdr(caller, &info) == 0 ||
	    strstr(info.dli_fname, "virtual_plugin") == NULL)
		return;
	snprintf(other, sizeof(other), "%s.other", path);
	(void)rename(other, path);
}

static int call(const char *function, const char *path, int flags, int mode)
{
	int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, function);

	return real(path, flags, mode);
}

#define OPEN(function) \
int function(const char *path, int flags, ...) \
{ \
	va_list args; \
	int mode; \
\
	va_start(args, flags); \
	mode = (flags & O_CREAT) != 0 ? va_arg(args, int) : 0; \
	va_end(args); \
	other_define(path, __builtin_return_address(0)); \
	return call(#function, path, flags, mode); \
}

OPEN(open)
OPEN(open64)
