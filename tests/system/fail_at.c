/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preloaded into a process of sessions: lets one system call on the mail storage
   fail, or ends or stops the process before it, between a command of the client and the
   reply to it: $FAIL_FROM is in the command, $FAIL_UNTIL in the reply. Without them
   that is POP3's QUIT. An empty $FAIL_FROM is the start of the process.

   Which one is said in the file that $FAIL_AT names, where the calls are
   counted too, and the writes to the journal at any time. See faults.py. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utime.h>

enum kind { CHANGES, READS, KINDS };
enum action { COUNT, KILL, FULL_DISK, IO_ERROR, FULL_QUOTA, READ_ONLY, STOP };

struct control {
	int32_t action;
	/* the kind of calls that is meant and which of them, from 1 */
	int32_t kind, at;
	/* how many there were */
	int32_t seen[KINDS];
	int32_t journal_writes;
};

static struct control nowhere, *control = &nowhere;
static bool active;
static const char *from = "QUIT", *until = "+OK Logging out";

__attribute__((constructor)) static void control_open(void)
{
	const char *path = getenv("FAIL_AT"), *word;
	int fd = path == NULL ? -1 : open(path, O_RDWR);
	void *map;

	/* Dovecot writes the process's title over its environment */
	if ((word = getenv("FAIL_FROM")) != NULL)
		from = strdup(word);
	if ((word = getenv("FAIL_UNTIL")) != NULL)
		until = strdup(word);
	active = *from == '\0';
	if (fd == -1)
		return;
	map = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED,
		   fd, 0);
	if (map != MAP_FAILED)
		control = map;
	close(fd);
}

/* Returns the error that this call has to have, or 0. */
static int failure(enum kind kind)
{
	int32_t number;

	if (!active)
		return 0;
	number = ++control->seen[kind];
	if (control->kind != (int32_t)kind || number < control->at)
		return 0;
	switch ((enum action)control->action) {
	case COUNT:
		break;
	case KILL:
		raise(SIGKILL);
		break;
	case FULL_DISK:
		return ENOSPC;
	case IO_ERROR:
		return number == control->at ? EIO : 0;
	case FULL_QUOTA:
		return EDQUOT;
	case READ_ONLY:
		return EROFS;
	case STOP:
		if (number == control->at)
			raise(SIGSTOP);
		break;
	}
	return 0;
}

#define FAIL(kind) \
	do { \
		int fail_error = failure(kind); \
		if (fail_error != 0) { \
			errno = fail_error; \
			return -1; \
		} \
	} while (0)

#define REAL(type, name, ...) \
	static type (*real)(__VA_ARGS__); \
	if (real == NULL) \
		real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

static bool is_storage(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static bool is_journal(int fd)
{
	static const char name[] = "/dovecot-coexist.journal";
	char link[32], path[PATH_MAX];
	ssize_t size;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = readlink(link, path, sizeof(path));
	return size >= (ssize_t)strlen(name) &&
		memcmp(path + size - strlen(name), name, strlen(name)) == 0;
}

static void client_said(const void *data, ssize_t size)
{
	if (size > 0 && *from != '\0' &&
	    memmem(data, size, from, strlen(from)) != NULL)
		active = true;
}

static void client_is_told(const void *data, size_t size)
{
	if (memmem(data, size, until, strlen(until)) != NULL ||
	    memmem(data, size, "-ERR", 4) != NULL)
		active = false;
}

static enum kind open_kind(int flags)
{
	return (flags & (O_CREAT | O_WRONLY | O_RDWR)) != 0 ? CHANGES : READS;
}

/* What is after flags in a call of open(). */
#define OPEN_MODE(flags, mode) \
	mode_t mode = 0; \
	if (((flags) & O_CREAT) != 0) { \
		va_list args; \
		va_start(args, flags); \
		mode = va_arg(args, mode_t); \
		va_end(args); \
	}

#define OPEN(name) \
	int name(const char *path, int flags, ...) \
	{ \
		REAL(int, name, const char *, int, ...); \
		OPEN_MODE(flags, mode) \
		FAIL(open_kind(flags)); \
		return real(path, flags, mode); \
	}
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
	int name(int dir, const char *path, int flags, ...) \
	{ \
		REAL(int, name, int, const char *, int, ...); \
		OPEN_MODE(flags, mode) \
		FAIL(open_kind(flags)); \
		return real(dir, path, flags, mode); \
	}
OPENAT(openat)
OPENAT(openat64)

int __open_2(const char *path, int flags)
{
	REAL(int, __open_2, const char *, int);
	FAIL(open_kind(flags));
	return real(path, flags);
}

int __openat_2(int dir, const char *path, int flags)
{
	REAL(int, __openat_2, int, const char *, int);
	FAIL(open_kind(flags));
	return real(dir, path, flags);
}

ssize_t read(int fd, void *data, size_t size)
{
	REAL(ssize_t, read, int, void *, size_t);
	ssize_t ret;

	if (is_storage(fd)) {
		FAIL(READS);
		return real(fd, data, size);
	}
	ret = real(fd, data, size);
	client_said(data, ret);
	return ret;
}

#define PREAD(name, offset_type) \
	ssize_t name(int fd, void *data, size_t size, offset_type offset) \
	{ \
		REAL(ssize_t, name, int, void *, size_t, offset_type); \
		FAIL(READS); \
		return real(fd, data, size, offset); \
	}
PREAD(pread, off_t)
PREAD(pread64, off64_t)

ssize_t __pread_chk(int fd, void *data, size_t size, off_t offset, size_t room)
{
	REAL(ssize_t, __pread_chk, int, void *, size_t, off_t, size_t);
	FAIL(READS);
	return real(fd, data, size, offset, room);
}

ssize_t write(int fd, const void *data, size_t size)
{
	REAL(ssize_t, write, int, const void *, size_t);

	if (is_storage(fd)) {
		FAIL(CHANGES);
		if (is_journal(fd))
			control->journal_writes++;
	} else {
		client_is_told(data, size);
	}
	return real(fd, data, size);
}

ssize_t writev(int fd, const struct iovec *iov, int count)
{
	REAL(ssize_t, writev, int, const struct iovec *, int);

	if (is_storage(fd)) {
		FAIL(CHANGES);
		if (is_journal(fd))
			control->journal_writes++;
	} else {
		for (int i = 0; i < count; i++)
			client_is_told(iov[i].iov_base, iov[i].iov_len);
	}
	return real(fd, iov, count);
}

#define PWRITE(name, offset_type) \
	ssize_t name(int fd, const void *data, size_t size, offset_type offset) \
	{ \
		REAL(ssize_t, name, int, const void *, size_t, offset_type); \
		FAIL(CHANGES); \
		if (is_journal(fd)) \
			control->journal_writes++; \
		return real(fd, data, size, offset); \
	}
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

static bool is_about_space(void)
{
	return control->action == FULL_DISK || control->action == FULL_QUOTA;
}

/* These need no space. */
#define OF_PATH(name) \
	int name(const char *path) \
	{ \
		REAL(int, name, const char *); \
		if (!is_about_space()) \
			FAIL(CHANGES); \
		return real(path); \
	}
OF_PATH(unlink)
OF_PATH(rmdir)

#define OF_TWO_PATHS(name) \
	int name(const char *from, const char *to) \
	{ \
		REAL(int, name, const char *, const char *); \
		FAIL(CHANGES); \
		return real(from, to); \
	}
OF_TWO_PATHS(link)
OF_TWO_PATHS(rename)
OF_TWO_PATHS(symlink)

#define OF_FILE(name) \
	int name(int fd) \
	{ \
		REAL(int, name, int); \
		FAIL(CHANGES); \
		return real(fd); \
	}
OF_FILE(fsync)
OF_FILE(fdatasync)

#define OF_LENGTH(name, offset_type) \
	int name(int fd, offset_type length) \
	{ \
		REAL(int, name, int, offset_type); \
		FAIL(CHANGES); \
		return real(fd, length); \
	}
OF_LENGTH(ftruncate, off_t)
OF_LENGTH(ftruncate64, off64_t)

int utime(const char *path, const struct utimbuf *times)
{
	REAL(int, utime, const char *, const struct utimbuf *);
	FAIL(CHANGES);
	return real(path, times);
}

int fallocate(int fd, int mode, off_t offset, off_t length)
{
	REAL(int, fallocate, int, int, off_t, off_t);
	FAIL(CHANGES);
	return real(fd, mode, offset, length);
}

int mkdir(const char *path, mode_t mode)
{
	REAL(int, mkdir, const char *, mode_t);
	FAIL(CHANGES);
	return real(path, mode);
}

/* this one returns the error */
#define ALLOCATE(name, offset_type) \
	int name(int fd, offset_type offset, offset_type length) \
	{ \
		REAL(int, name, int, offset_type, offset_type); \
		int error = failure(CHANGES); \
		return error != 0 ? error : real(fd, offset, length); \
	}
ALLOCATE(posix_fallocate, off_t)
ALLOCATE(posix_fallocate64, off64_t)
