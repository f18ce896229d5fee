/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in journal-file.h.

   A lock on the file is held while lines are appended. If the file is too large
   by then, a new file of the sessions that stay and of these lines is renamed to
   its place: a session that waited for the lock sees that the name is another
   file's now.

   Dovecot's file_create_locked() does not do here: it makes no file at all where
   the process may not give it the mailbox's group. */

#include "lib.h"
#include "journal-file.h"
#include "file-create.h"
#include "journal-rotation.h"
#include "lock-wait.h"
#include "read-full.h"
#include "str.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_TIMEOUT_MSECS 2000
/* How often the file may be replaced while we wait for it. */
#define OPEN_ATTEMPTS 16
#define READ_MAX ((size_t)COEXIST_JOURNAL_FILE_READ_MAX)

struct journal_writer {
	const char *path;
	const struct coexist_state_mode *mode;
	const string_t *lines;

	int fd;
	struct stat st;
	const char **error_r;
};

static int fail(const char **error_r, const char *call, const char *path)
{
	int failed_errno = errno;

	*error_r = t_strdup_printf("%s(%s) failed: %m", call, path);
	errno = failed_errno;
	return -1;
}

static int file_open_or_create(struct journal_writer *writer)
{
	unsigned int i;

	for (i = 0; i < OPEN_ATTEMPTS; i++) {
		/* O_NONBLOCK: opening a FIFO must not wait */
		writer->fd = open(writer->path, O_RDWR | O_APPEND | O_NONBLOCK);
		if (writer->fd != -1)
			return 0;
		if (errno != ENOENT)
			break;
		writer->fd = coexist_file_create(writer->path,
			O_RDWR | O_APPEND | O_CREAT | O_EXCL, writer->mode);
		if (writer->fd != -1)
			return 0;
		/* somebody else may have been faster */
		if (errno != EEXIST)
			break;
	}
	return fail(writer->error_r, "open", writer->path);
}

static int file_lock(struct journal_writer *writer)
{
	if (coexist_lock_wait(writer->fd, LOCK_TIMEOUT_MSECS) == 0)
		return 0;
	if (errno != EAGAIN)
		return fail(writer->error_r, "fcntl", writer->path);
	*writer->error_r = t_strdup_printf("Somebody else keeps %s locked",
					   writer->path);
	errno = EAGAIN;
	return -1;
}

/* Returns 1 if the file is the one that has the name, 0 if it was replaced
   before it was locked. */
static int file_check(struct journal_writer *writer)
{
	struct stat named;

	if (fstat(writer->fd, &writer->st) < 0)
		return fail(writer->error_r, "fstat", writer->path);
	if (!S_ISREG(writer->st.st_mode)) {
		*writer->error_r = t_strdup_printf("%s is not a file",
						   writer->path);
		errno = EINVAL;
		return -1;
	}
	if (stat(writer->path, &named) < 0) {
		return errno == ENOENT ? 0 :
			fail(writer->error_r, "stat", writer->path);
	}
	return named.st_ino == writer->st.st_ino &&
		named.st_dev == writer->st.st_dev ? 1 : 0;
}

static int writer_open(struct journal_writer *writer)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < OPEN_ATTEMPTS && ret == 0; i++) {
		if (file_open_or_create(writer) < 0)
			return -1;
		ret = file_lock(writer) < 0 ? -1 : file_check(writer);
		if (ret <= 0) {
			int failed_errno = errno;

			i_close_fd(&writer->fd);
			errno = failed_errno;
		}
	}
	if (ret == 0) {
		*writer->error_r = t_strdup_printf("%s is always replaced",
						   writer->path);
		errno = EAGAIN;
	}
	return ret > 0 ? 0 : -1;
}

/* Returns TRUE if the last one who wrote died before his line's end. */
static bool ends_within_line(const struct journal_writer *writer)
{
	char last;

	return writer->st.st_size > 0 &&
		pread(writer->fd, &last, 1, writer->st.st_size - 1) == 1 &&
		last != '\n';
}

/* Writes all or nothing. */
static int write_whole(int fd, const void *text, size_t size, const char *path,
		       const char **error_r)
{
	ssize_t written = write(fd, text, size);

	if (written == (ssize_t)size)
		return 0;
	if (written >= 0)
		errno = ENOSPC;
	return fail(error_r, "write", path);
}

static int append(struct journal_writer *writer)
{
	const string_t *text = writer->lines;

	if (ends_within_line(writer)) {
		string_t *new_line = t_str_new(str_len(text) + 2);

		str_append_c(new_line, '\n');
		str_append_str(new_line, text);
		text = new_line;
	}
	if (write_whole(writer->fd, str_data(text), str_len(text),
			writer->path, writer->error_r) == 0)
		return 0;
	if (ftruncate(writer->fd, writer->st.st_size) < 0) {
		*writer->error_r = t_strdup_printf("%s; ftruncate() failed: %m",
						   *writer->error_r);
	}
	errno = EIO;
	return -1;
}

/* Reads the whole lines at the end of the file, at most so many bytes. There is
   room for one more, a line feed that is missing. Returns how many there are. */
static size_t
read_lines(const struct journal_writer *writer, unsigned char *text,
	   size_t size)
{
	bool is_all = (uoff_t)writer->st.st_size == size;

	if (pread_full(writer->fd, text, size,
		       writer->st.st_size - (off_t)size) <= 0)
		return 0;
	if (!is_all) {
		const unsigned char *newline = memchr(text, '\n', size);
		size_t skip = newline == NULL ? size :
			(size_t)(newline - text) + 1;

		size -= skip;
		memmove(text, text + skip, size);
	}
	if (size > 0 && text[size - 1] != '\n')
		text[size++] = '\n';
	return size;
}

/* Replaces the file by this text. */
static int
replace(struct journal_writer *writer, const unsigned char *text, size_t size)
{
	const char *temp_path = t_strconcat(writer->path, ".tmp", NULL);
	const char *error;
	int fd, ret = -1;

	(void)unlink(temp_path);
	fd = coexist_file_create(temp_path, O_RDWR | O_APPEND | O_CREAT | O_EXCL,
				 writer->mode);
	if (fd != -1 && write_whole(fd, text, size, temp_path, &error) == 0 &&
	    rename(temp_path, writer->path) == 0)
		ret = 0;
	if (ret < 0)
		(void)unlink(temp_path);
	i_close_fd(&fd);
	return ret;
}

/* Replaces the file by the sessions that stay and the lines. Returns 1, 0 if all
   stay, or -1. */
static int rotate(struct journal_writer *writer)
{
	/* where nothing else helps, the end of the file is kept */
	bool too_large = (uoff_t)writer->st.st_size > READ_MAX;
	size_t size = too_large ? READ_MAX / 2 : (size_t)writer->st.st_size;
	size_t kept, added = str_len(writer->lines);
	unsigned char *text = i_malloc(size + 1 + added);
	int ret = 0;

	size = read_lines(writer, text, size);
	kept = coexist_journal_rotate(text, size, writer->lines,
				      COEXIST_JOURNAL_FILE_SIZE);
	if (size > 0 && (kept < size || too_large)) {
		memcpy(text + kept, str_data(writer->lines), added);
		ret = replace(writer, text, kept + added) < 0 ? -1 : 1;
	}
	i_free(text);
	return ret;
}

int coexist_journal_file_append(const char *path,
				const struct coexist_state_mode *mode,
				const string_t *lines, const char **error_r)
{
	struct journal_writer writer = {
		.path = path, .mode = mode, .lines = lines, .fd = -1,
		.error_r = error_r
	};
	int ret, failed_errno;

	if (writer_open(&writer) < 0)
		return -1;
	/* where that can't be done, it is too large for a while */
	if ((uoff_t)writer.st.st_size + str_len(lines) >
	    COEXIST_JOURNAL_FILE_SIZE && rotate(&writer) > 0)
		ret = 0;
	else
		ret = append(&writer);
	failed_errno = errno;
	i_close_fd(&writer.fd);
	errno = failed_errno;
	return ret;
}

static void
journal_broken(pool_t pool, struct coexist_journal *journal,
	       unsigned int number, const char *error)
{
	if (journal->broken++ == 0) {
		journal->broken_error = p_strdup_printf(pool, "line %u %s",
							number, error);
	}
}

static void
journal_add(pool_t pool, struct coexist_journal *journal, unsigned int number,
	    const unsigned char *text, size_t size)
{
	struct coexist_journal_line line;
	const char *error;

	if (size == 0)
		return;
	if (size >= COEXIST_JOURNAL_LINE_MAX)
		journal_broken(pool, journal, number, "is too long");
	else if (memchr(text, '\0', size) != NULL)
		journal_broken(pool, journal, number, "has a NUL");
	else if (coexist_journal_line_parse(pool, t_strndup(text, size), &line,
					    &error) < 0)
		journal_broken(pool, journal, number, error);
	else
		array_push_back(&journal->lines, &line);
}

void coexist_journal_text_read(pool_t pool, const unsigned char *text,
			       size_t size, struct coexist_journal *journal_r)
{
	const unsigned char *end = text + size, *newline;
	unsigned int number = 0;

	i_zero(journal_r);
	journal_r->size = size;
	p_array_init(&journal_r->lines, pool, 16);
	while (text < end) {
		newline = memchr(text, '\n', (size_t)(end - text));
		if (newline == NULL)
			newline = end;
		T_BEGIN {
			journal_add(pool, journal_r, ++number, text,
				    (size_t)(newline - text));
		} T_END;
		text = newline + 1;
	}
}

static int
fd_read(pool_t pool, int fd, const char *path,
	struct coexist_journal *journal_r, const char **error_r)
{
	struct stat st;
	unsigned char *text;
	size_t size;
	int ret;

	if (fstat(fd, &st) < 0)
		return fail(error_r, "fstat", path);
	if (!S_ISREG(st.st_mode)) {
		*error_r = t_strdup_printf("%s is not a file", path);
		return -1;
	}
	size = I_MIN((uoff_t)st.st_size, READ_MAX);
	text = i_malloc(size + 1);
	ret = pread_full(fd, text, size, st.st_size - (off_t)size);
	if (ret < 0) {
		(void)fail(error_r, "read", path);
	} else {
		/* somebody may have cut it off in the meantime: NULs then */
		coexist_journal_text_read(pool, text, size, journal_r);
		journal_r->size = (uoff_t)st.st_size;
		ret = 1;
	}
	i_free(text);
	return ret;
}

int coexist_journal_file_read(pool_t pool, const char *path,
			      struct coexist_journal *journal_r,
			      const char **error_r)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	int ret;

	coexist_journal_text_read(pool, uchar_empty_ptr, 0, journal_r);
	if (fd == -1)
		return errno == ENOENT ? 0 : fail(error_r, "open", path);
	ret = fd_read(pool, fd, path, journal_r, error_r);
	i_close_fd(&fd);
	return ret;
}
