/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The journal file of the cases: its mode, its size, and which cases failed. */

#ifndef COEXIST_JOURNAL_FILE_CASES_H
#define COEXIST_JOURNAL_FILE_CASES_H

#include "journal-file.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

static const struct coexist_state_mode mode = {
	.mode = 0640,
	.gid = (gid_t)-1
};

static inline off_t file_size(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? -1 : st.st_size;
}

static unsigned int failed;

static inline void check(bool holds, const char *label)
{
	printf("%s %s\n", holds ? "ok  " : "FAIL", label);
	if (!holds)
		failed++;
}

#endif
