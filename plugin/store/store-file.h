/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_STORE_FILE_H
#define COEXIST_STORE_FILE_H

#include "store-status.h"

/* The files in which a store fs:posix keeps its documents. They are read here
   and not by Dovecot's dict: that waits for ever in open() if there is a FIFO in
   a document's place, and reads a file of any size into the data stack. */

/* Returns the path of the document with the store's key, on the data stack, as
   dict-fs names it. prefix is what the files' names begin with. */
const char *coexist_store_file_path(const char *prefix, const char *key);

/* Reads a document's text to the data stack without ever waiting for anybody.
   COEXIST_STORE_GARBAGE is whatever is not a regular file of a document's size:
   also a symbolic link, by which whoever may write to the store would have
   doveadm, as root, read any file of the host. The folders may be links. Errors
   are on the data stack, and name the path and what to do. */
enum coexist_store_status
coexist_store_file_read(const char *path, const char **text_r,
			const char **error_r);

#endif
