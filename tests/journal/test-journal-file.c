/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The journal file that one process appends to, and when it is rotated. */

#include "lib.h"
#include "journal-file-cases.h"
#include "str.h"

#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The writes of the program, and after how many bytes the disk is full. */
static unsigned int write_count;
static size_t write_room = SIZE_MAX;

/* Takes the place of the C library's. */
ssize_t write(int fd, const void *data, size_t size)
{
	write_count++;
	return syscall(SYS_write, fd, data, I_MIN(size, write_room));
}

static bool append(const char *path, const char *text, int expected)
{
	const string_t *line = t_str_new_const(text, strlen(text));
	const char *error = "";

	write_count = 0;
	if (coexist_journal_file_append(path, &mode, line, &error) != expected) {
		printf("# %s\n", error);
		return false;
	}
	return expected == 0 || strstr(error, path) != NULL;
}

/* One write for a line, in whatever state the file is. */
static bool appending_is_one_write(const char *path)
{
	return append(path, "first\n", 0) && write_count == 1 &&
		append(path, "second\n", 0) && write_count == 1 &&
		file_size(path) == 13 &&
		truncate(path, 10) == 0 &&
		append(path, "third\n", 0) && write_count == 1 &&
		/* and the line feed that was lost */
		file_size(path) == 17;
}

static bool new_file_has_the_mode(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & 0777) == 0640;
}

static bool a_full_disk_leaves_it_as_it_was(const char *path)
{
	off_t before = file_size(path);
	bool holds;

	write_room = 3;
	holds = append(path, "fourth\n", -1);
	write_room = SIZE_MAX;
	return holds && file_size(path) == before;
}

static bool fill(const char *path, off_t size)
{
	FILE *file = fopen(path, "w");

	if (file == NULL)
		return false;
	while (ftell(file) < size)
		fprintf(file, "line %ld\n", ftell(file));
	return fclose(file) == 0;
}

/* The two largest lines of it do not count. */
static bool a_large_file_is_halved_by_one_write(const char *path)
{
	return fill(path, COEXIST_JOURNAL_FILE_SIZE + 40) &&
		append(path, "newest\n", 0) && write_count == 1 &&
		file_size(path) <= COEXIST_JOURNAL_FILE_SIZE / 2 + 40 &&
		file_size(path) > COEXIST_JOURNAL_FILE_SIZE / 2 - 20 &&
		new_file_has_the_mode(path);
}

/* Writes a line of a session with so many bytes. */
static void write_session(FILE *file, const char *session, size_t size)
{
	fprintf(file, "session=%s\t%*s\n", session,
		(int)(size - strlen(session) - strlen("session=\t\n")), "");
}

/* It may be much larger than all others together are allowed to be. */
static bool a_large_session_stays_when_others_are_written(const char *path)
{
	FILE *file = fopen(path, "w");
	unsigned int i;

	if (file == NULL)
		return false;
	for (i = 0; i < 30; i++)
		write_session(file, "large", 100 * 1024);
	for (i = 0; i < 9; i++)
		write_session(file, t_strdup_printf("%u", i), 100 * 1024);
	return fclose(file) == 0 &&
		append(path, "session=a\tend\n", 0) && write_count == 1 &&
		file_size(path) == 39 * 100 * 1024 + 14;
}

/* Somebody else has made it so, or a session that was open for months. */
static bool of_a_far_too_large_file_the_end_stays(const char *path)
{
	const off_t size = COEXIST_JOURNAL_FILE_READ_MAX + 1;
	FILE *file = fopen(path, "w");

	if (file == NULL)
		return false;
	while (ftell(file) < size)
		write_session(file, "a", 1024 * 100);
	return fclose(file) == 0 &&
		append(path, "session=a\tend\n", 0) && write_count == 1 &&
		file_size(path) <= size / 2 + 14 &&
		file_size(path) > size / 2 - 1024 * 101;
}

static bool a_full_disk_keeps_a_large_file(const char *path)
{
	off_t before;
	bool holds;

	if (!fill(path, COEXIST_JOURNAL_FILE_SIZE + 40))
		return false;
	before = file_size(path);
	write_room = 3;
	holds = append(path, "newest\n", -1);
	write_room = SIZE_MAX;
	return holds && file_size(path) == before &&
		access(t_strconcat(path, ".tmp", NULL), F_OK) < 0;
}

/* Appends as somebody who is in no group but one of his own. */
static int nobody_run(const char *path)
{
	const struct coexist_state_mode of_group = { .mode = 0660, .gid = 0 };
	const string_t *line = t_str_new_const("x\n", 2);
	const char *error;

	if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setgid(65534) < 0 ||
			       setuid(65534) < 0))
		return 1;
	return coexist_journal_file_append(path, &of_group, line, &error) < 0;
}

static bool a_group_that_it_cant_have_keeps_nothing_out(const char *folder)
{
	const char *path = t_strconcat(folder, "/group", NULL);
	struct stat st;
	bool holds;
	int status;

	if (chmod(folder, 0777) < 0)
		return false;
	if (fork() == 0)
		_exit(nobody_run(path));
	holds = wait(&status) > 0 && WIFEXITED(status) &&
		WEXITSTATUS(status) == 0 && stat(path, &st) == 0 &&
		st.st_size == 2 && (st.st_mode & 0777) == 0600;
	(void)unlink(path);
	return holds;
}

static bool no_folder_is_told(const char *folder)
{
	return append(t_strconcat(folder, "/none/journal", NULL), "x\n", -1) &&
		errno == ENOENT;
}

static bool a_pipe_is_no_journal(const char *folder)
{
	const char *path = t_strconcat(folder, "/pipe", NULL), *error;
	pool_t pool = pool_alloconly_create("test", 512);
	struct coexist_journal journal;
	bool holds;

	holds = mkfifo(path, 0600) == 0 && append(path, "x\n", -1) &&
		coexist_journal_file_read(pool, path, &journal, &error) < 0;
	(void)unlink(path);
	pool_unref(&pool);
	return holds;
}

static bool no_file_is_an_empty_journal(const char *folder)
{
	const char *path = t_strconcat(folder, "/none", NULL), *error;
	pool_t pool = pool_alloconly_create("test", 512);
	struct coexist_journal journal;
	bool holds;

	holds = coexist_journal_file_read(pool, path, &journal, &error) == 0 &&
		array_is_empty(&journal.lines);
	pool_unref(&pool);
	return holds;
}

static void test_files(void)
{
	char folder[] = "/tmp/test-journal-XXXXXX";
	const char *path;

	if (mkdtemp(folder) == NULL)
		i_fatal("mkdtemp() failed: %m");
	path = t_strconcat(folder, "/journal", NULL);
	check(appending_is_one_write(path), "appending is one write");
	check(new_file_has_the_mode(path), "a new file has the mode");
	check(a_full_disk_leaves_it_as_it_was(path),
	      "a full disk leaves it as it was");
	check(a_large_file_is_halved_by_one_write(path),
	      "a large file is halved by one write");
	check(a_large_session_stays_when_others_are_written(path),
	      "a large session stays when others are written");
	check(of_a_far_too_large_file_the_end_stays(path),
	      "of a far too large file the end stays");
	check(a_full_disk_keeps_a_large_file(path),
	      "a full disk keeps a large file");
	check(a_group_that_it_cant_have_keeps_nothing_out(folder),
	      "a group that it can't have keeps nothing out");
	check(no_folder_is_told(folder), "no folder is told");
	check(a_pipe_is_no_journal(folder), "a pipe is no journal");
	check(no_file_is_an_empty_journal(folder),
	      "no file is an empty journal");
	(void)unlink(path);
	(void)rmdir(folder);
}

int main(void)
{
	lib_init();
	T_BEGIN {
		test_files();
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
