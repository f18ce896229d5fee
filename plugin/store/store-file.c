/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in store-file.h. */

#include "lib.h"
#include "store-file.h"
#include "eacces-error.h"
#include "read-full.h"
#include "policy-document.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a key begins with that is not in the file's name. */
#define KEY_SHARED "shared/"

#define REMEDY "Remove it, and store the document again"

const char *coexist_store_file_path(const char *prefix, const char *key)
{
	const char *name = strrchr(key, '/') + 1;
	/* dict-fs adds two to a name that is nothing but dots */
	const char *suffix = name[strspn(name, ".")] == '\0' ? ".." : "";

	return t_strconcat(prefix, key + strlen(KEY_SHARED), suffix, NULL);
}

static const char *kind_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return "a directory";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	case S_IFLNK:
		return "a symbolic link";
	default:
		return "a device";
	}
}

/* Returns FALSE and an error if this can't be a document. */
static bool
is_fit(const struct stat *st, const char *path, const char **error_r)
{
	if (!S_ISREG(st->st_mode)) {
		*error_r = t_strdup_printf("%s is %s instead of a file. "REMEDY,
					   path, kind_name(st->st_mode));
		return FALSE;
	}
	if (st->st_size > COEXIST_DOCUMENT_MAX_SIZE) {
		*error_r = t_strdup_printf("%s has more than %d bytes. "REMEDY,
					   path, COEXIST_DOCUMENT_MAX_SIZE);
		return FALSE;
	}
	return TRUE;
}

/* Takes errno. */
static enum coexist_store_status
failed(const char *function, const char *path, const char **error_r)
{
	if (errno == ENOENT)
		return COEXIST_STORE_NOT_FOUND;
	*error_r = errno == EACCES ? eacces_error_get(function, path) :
		t_strdup_printf("%s(%s) failed: %m", function, path);
	return COEXIST_STORE_FAILED;
}

static enum coexist_store_status
fd_read(int fd, const char *path, const char **text_r, const char **error_r)
{
	struct stat st;
	char *text;
	int ret;

	if (fstat(fd, &st) < 0)
		return failed("fstat", path, error_r);
	if (!is_fit(&st, path, error_r))
		return COEXIST_STORE_GARBAGE;
	text = t_malloc0((size_t)st.st_size + 1);
	ret = read_full(fd, text, (size_t)st.st_size);
	if (ret < 0)
		return failed("read", path, error_r);
	if (ret == 0 || strlen(text) != (size_t)st.st_size) {
		*error_r = t_strdup_printf("%s has a NUL byte, or changes just "
					   "now", path);
		return COEXIST_STORE_GARBAGE;
	}
	*text_r = text;
	return COEXIST_STORE_FOUND;
}

enum coexist_store_status
coexist_store_file_read(const char *path, const char **text_r,
			const char **error_r)
{
	enum coexist_store_status status;
	struct stat st;
	int fd;

	*text_r = NULL;
	*error_r = NULL;
	/* a device is not even opened: some do things then */
	if (lstat(path, &st) < 0)
		return failed("stat", path, error_r);
	if (!is_fit(&st, path, error_r))
		return COEXIST_STORE_GARBAGE;
	/* what came in its place meanwhile may be anything */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY |
		  O_CLOEXEC);
	if (fd == -1)
		return failed("open", path, error_r);
	status = fd_read(fd, path, text_r, error_r);
	i_close_fd(&fd);
	return status;
}
