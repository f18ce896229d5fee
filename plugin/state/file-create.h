/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_FILE_CREATE_H
#define COEXIST_FILE_CREATE_H

struct coexist_state_mode;

/* Opens a file beside a mailbox's indexes by open() with these flags, which are to have O_CREAT; a
   new one gets the permissions that the mailbox gives its files. Returns the descriptor, or
   -1 with errno. */
int coexist_file_create(const char *path, int flags,
			const struct coexist_state_mode *mode);

#endif
