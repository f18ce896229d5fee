/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_DOCUMENT_FILE_H
#define COEXIST_DOCUMENT_FILE_H

#include <sys/types.h>
#include <time.h>

struct coexist_document_files;

/* Change detection for the files in which a store fs:posix keeps documents, by a
   stamp: device, inode, size and ctime. A stamp takes a single system call; to
   read the file again by Dovecot's dict takes seven and a lot more. */

/* A file as it is, or that there is none. */
struct coexist_document_stamp {
	bool exists;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

/* prefix is what the files' names begin with; it must outlive this. NULL is
   returned for NULL, for a store of another kind. */
struct coexist_document_files *
coexist_document_files_new(const char *prefix);
/* NULL is allowed. */
void coexist_document_files_free(struct coexist_document_files *files);

/* Gets the stamp of the document with the store's key. Returns FALSE if whoever
   finds the same stamp later can't be sure that the file is the same: it changed
   a moment ago, so that the file system may give the next change the same time;
   it is not on a file system of this machine, of which others may see changes
   later; it is no file; it can't be looked at. now is the time, in seconds. files
   may be NULL. */
bool coexist_document_files_stamp(struct coexist_document_files *files,
				  const char *key, time_t now,
				  struct coexist_document_stamp *stamp_r);
/* Returns TRUE if the stamps are the same. */
bool coexist_document_stamp_equals(const struct coexist_document_stamp *a,
				   const struct coexist_document_stamp *b);

#endif
