/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_JOURNAL_FILE_H
#define COEXIST_JOURNAL_FILE_H

#include "journal-line.h"
#include "state-file.h"

/* The file of the journal's lines, which several processes append to. What a
   session has to say is appended by one write, and taken back if the disk has no
   room for all of it. A file that has become too large loses its oldest sessions
   (journal-rotation.h). */

/* In bytes, and how much of it is read: the end. The first is that of all
   sessions but the two largest. */
#define COEXIST_JOURNAL_FILE_SIZE (1024 * 1024)
#define COEXIST_JOURNAL_FILE_READ_MAX (32 * COEXIST_JOURNAL_FILE_SIZE)

/* Appends lines of one session that coexist_journal_line_write() made. The file
   is made if need be. Waits a few seconds at most for others who do the same.
   Returns 0, or -1 and an error that names the path, with errno being ENOENT if
   the folder is missing; the file has the lines then that it had. */
int coexist_journal_file_append(const char *path,
				const struct coexist_state_mode *mode,
				const string_t *lines, const char **error_r);

struct coexist_journal {
	/* the oldest first */
	ARRAY(struct coexist_journal_line) lines;
	/* How many were none, and what is wrong with the first of them, with its
	   number, or NULL */
	unsigned int broken;
	const char *broken_error;
	/* of the file, in bytes */
	uoff_t size;
};

/* Reads all lines to the pool, and passes over what is no line. Of a file that
   is larger than COEXIST_JOURNAL_FILE_READ_MAX, only the end is read. Returns 1,
   0 if there is no file, or -1 and an error that names the path. */
int coexist_journal_file_read(pool_t pool, const char *path,
			      struct coexist_journal *journal_r,
			      const char **error_r);
/* Does the same with a text. */
void coexist_journal_text_read(pool_t pool, const unsigned char *text,
			       size_t size, struct coexist_journal *journal_r);

#endif
