/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in small-file.h. */

#include "lib.h"
#include "small-file.h"
#include "read-full.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int
fd_read_text(int fd, const char *path, size_t max_size, const char **text_r,
	     struct stat *st_r, const char **error_r)
{
	char *text;
	int ret;

	if (fstat(fd, st_r) < 0) {
		*error_r = t_strdup_printf("fstat(%s) failed: %m", path);
		return -1;
	}
	if (!S_ISREG(st_r->st_mode) || (uoff_t)st_r->st_size > max_size) {
		*error_r = t_strdup_printf("%s is not a small file", path);
		errno = EINVAL;
		return -1;
	}
	text = t_malloc0((size_t)st_r->st_size + 1);
	ret = read_full(fd, text, (size_t)st_r->st_size);
	if (ret < 0) {
		*error_r = t_strdup_printf("read(%s) failed: %m", path);
		return -1;
	}
	if (ret == 0 || strlen(text) != (size_t)st_r->st_size) {
		*error_r = t_strdup_printf("%s is not a text", path);
		errno = EINVAL;
		return -1;
	}
	*text_r = text;
	return 1;
}

static int
file_read(const char *path, int flags, size_t max_size, const char **text_r,
	  struct stat *st_r, const char **error_r)
{
	/* O_NONBLOCK: opening a FIFO must not wait */
	int fd = open(path, O_RDONLY | O_NONBLOCK | flags);
	int ret;

	*text_r = "";
	if (fd == -1) {
		if (errno == ENOENT)
			return 0;
		*error_r = t_strdup_printf("open(%s) failed: %m", path);
		return -1;
	}
	ret = fd_read_text(fd, path, max_size, text_r, st_r, error_r);
	i_close_fd(&fd);
	return ret;
}

int coexist_small_file_read_up_to(const char *path, size_t max_size,
				  const char **text_r, const char **error_r)
{
	struct stat ignored;

	return file_read(path, /*flags=*/0, max_size, text_r, &ignored,
			 error_r);
}

int coexist_small_file_read_no_link(const char *path, size_t max_size,
				    const char **text_r, time_t *changed_r,
				    const char **error_r)
{
	struct stat st = { .st_mtime = 0 };
	int ret = file_read(path, O_NOFOLLOW, max_size, text_r, &st, error_r);

	*changed_r = st.st_mtime;
	return ret;
}

int coexist_small_file_read(const char *path, const char **text_r,
			    const char **error_r)
{
	return coexist_small_file_read_up_to(path, COEXIST_SMALL_FILE_MAX_SIZE,
					     text_r, error_r);
}
