/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SMALL_FILE_H
#define COEXIST_SMALL_FILE_H

#include <time.h>

/* Small files, which are read as a whole: texts of the site, the state of a
   mailbox. */

/* The limit in bytes: a larger file is none of ours. */
#define COEXIST_SMALL_FILE_MAX_SIZE (64 * 1024)

/* Reads the file's text to the data stack. Returns 1; 0 and "" if there is no file;
   or -1, "" and an error that names the path, if the file can't be read, is too
   large, is not a regular file or has NULs in it. Never waits for others, whatever
   the path is. */
int coexist_small_file_read(const char *path, const char **text_r,
			    const char **error_r);
/* The same for a file of ours that has a limit of its own, in bytes. */
int coexist_small_file_read_up_to(const char *path, size_t max_size,
				  const char **text_r, const char **error_r);

/* The same for a file in a place where others can put something: a link is none of
   ours, and an error. *changed_r is when the file was changed last, or 0. */
int coexist_small_file_read_no_link(const char *path, size_t max_size,
				    const char **text_r, time_t *changed_r,
				    const char **error_r);

#endif
