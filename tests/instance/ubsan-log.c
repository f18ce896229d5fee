/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lets UndefinedBehaviorSanitizer report to a file in a process that has AddressSanitizer,
   too. It reads its environment at its first report: by then Dovecot has written the title of
   the process over that. And it sets the file of the other one only, whose function of the
   same name comes first. */

#include <dlfcn.h>
#include <stdlib.h>

const char *__ubsan_default_options(void);

const char *__ubsan_default_options(void)
{
	return UBSAN_OPTIONS;
}

__attribute__((constructor))
static void ubsan_log_set(void)
{
	void (*set)(const char *path);

	*(void **)&set = dlsym(RTLD_NEXT, "__sanitizer_set_report_path");
	if (set == NULL)
		abort();
	set(UBSAN_LOG);
}
