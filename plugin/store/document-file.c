/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in document-file.h. */

#include "lib.h"
#include "document-file.h"
#include "policy-store.h"
#include "store-file.h"

#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/magic.h>

#ifndef XFS_SUPER_MAGIC
#  define XFS_SUPER_MAGIC 0x58465342
#endif
#define ZFS_SUPER_MAGIC 0x2fc12fc1

/* File systems count time in steps of some milliseconds, old ones in seconds.
   Who changed a file within the step in which it was read left no trace. */
#define SETTLED_SECS 2

struct coexist_document_files {
	const char *prefix;
	char *folder;
	/* whether the folder is on this machine, and when that was found out:
	   something may be mounted there */
	bool is_local;
	time_t checked;
};

struct coexist_document_files *coexist_document_files_new(const char *prefix)
{
	struct coexist_document_files *files;

	if (prefix == NULL)
		return NULL;
	files = i_new(struct coexist_document_files, 1);
	files->prefix = prefix;
	T_BEGIN {
		/* the folder of any mailbox's document */
		const char *path = coexist_store_file_path(
			prefix, COEXIST_STORE_KEY_MARKER);

		files->folder = i_strdup_until(path, strrchr(path, '/'));
	} T_END;
	return files;
}

void coexist_document_files_free(struct coexist_document_files *files)
{
	if (files == NULL)
		return;
	i_free(files->folder);
	i_free(files);
}

static bool folder_is_local(const char *folder)
{
	struct statfs fs;

	if (statfs(folder, &fs) < 0)
		return FALSE;
	/* compared as 32 bits: the type of f_type differs */
	switch ((uint32_t)fs.f_type) {
	case EXT4_SUPER_MAGIC:
	case XFS_SUPER_MAGIC:
	case BTRFS_SUPER_MAGIC:
	case F2FS_SUPER_MAGIC:
	case ZFS_SUPER_MAGIC:
	case TMPFS_MAGIC:
	case OVERLAYFS_SUPER_MAGIC:
		return TRUE;
	}
	return FALSE;
}

static bool is_local(struct coexist_document_files *files, time_t now)
{
	if (files->checked != now) {
		files->checked = now;
		files->is_local = folder_is_local(files->folder);
	}
	return files->is_local;
}

static bool
path_stamp(const char *path, time_t now, struct coexist_document_stamp *stamp_r)
{
	struct stat st;

	i_zero(stamp_r);
	if (lstat(path, &st) < 0)
		return errno == ENOENT;
	if (!S_ISREG(st.st_mode) || st.st_ctime > now - SETTLED_SECS)
		return FALSE;
	stamp_r->exists = TRUE;
	stamp_r->device = st.st_dev;
	stamp_r->inode = st.st_ino;
	stamp_r->size = st.st_size;
	stamp_r->changed = st.st_ctim;
	return TRUE;
}

bool coexist_document_files_stamp(struct coexist_document_files *files,
				  const char *key, time_t now,
				  struct coexist_document_stamp *stamp_r)
{
	bool ret;

	if (files == NULL || strncmp(key, COEXIST_STORE_PREFIX_MAILBOX,
		    strlen(COEXIST_STORE_PREFIX_MAILBOX)) != 0 ||
	    !is_local(files, now))
		return FALSE;
	T_BEGIN {
		ret = path_stamp(coexist_store_file_path(files->prefix, key),
				 now, stamp_r);
	} T_END;
	return ret;
}

bool coexist_document_stamp_equals(const struct coexist_document_stamp *a,
				   const struct coexist_document_stamp *b)
{
	return a->exists == b->exists && a->device == b->device &&
		a->inode == b->inode && a->size == b->size &&
		a->changed.tv_sec == b->changed.tv_sec &&
		a->changed.tv_nsec == b->changed.tv_nsec;
}
