#ifndef COEXIST_SMALL_FILE_H
#define COEXIST_SMALL_FILE_H

/* Files that are read as a whole: texts of the site, the state of a mailbox. */

/* In bytes. A larger file is none of ours. */
#define COEXIST_SMALL_FILE_MAX_SIZE (64 * 1024)

/* Reads the file's text to the data stack. Returns 1, 0 and "" if there is no
   file, or -1, "" and an error that names the path if it can't be read or is no
   such file at all: too large, not a regular file, with NULs in it. Never waits
   for others, whatever the path is. */
int coexist_small_file_read(const char *path, const char **text_r,
			    const char **error_r);

#endif
