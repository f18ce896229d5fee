/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The journal file that several processes append to at once. */

#include "lib.h"
#include "journal-file-cases.h"
#include "str.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define WRITERS 6
#define WRITER_LINES 300
/* So long that the file is halved some times meanwhile. */
#define WRITER_PADDING 1500

/* Appends lines <writer> <number> <padding>. */
static int writer_run(const char *path, unsigned int writer)
{
	string_t *line = t_str_new(WRITER_PADDING + 64);
	const char *error;
	unsigned int i;

	for (i = 0; i < WRITER_LINES; i++) {
		str_truncate(line, 0);
		str_printfa(line, "%u %u ", writer, i);
		while (str_len(line) < WRITER_PADDING)
			str_append_c(line, 'x');
		str_append_c(line, '\n');
		if (coexist_journal_file_append(path, &mode, line,
						&error) < 0)
			return 1;
	}
	return 0;
}

/* Each writer's lines are there from one of them on to its last. A file that was
   halved may have none of a writer, but not of all. */
static bool newest_lines_are_there(const char *path)
{
	unsigned int next[WRITERS] = { 0 }, writer, number, lines = 0;
	FILE *file = fopen(path, "r");
	char line[WRITER_PADDING + 64];
	bool holds = file != NULL;

	while (holds && fgets(line, sizeof(line), file) != NULL) {
		holds = sscanf(line, "%u %u ", &writer, &number) == 2 &&
			writer < WRITERS &&
			(next[writer] == 0 || next[writer] == number);
		if (holds) {
			next[writer] = number + 1;
			lines++;
		}
	}
	if (file != NULL)
		fclose(file);
	for (writer = 0; writer < WRITERS; writer++)
		holds = holds && (next[writer] == 0 ||
				  next[writer] == WRITER_LINES);
	return holds && lines > 0;
}

static bool writers_at_once_lose_no_line(const char *path)
{
	unsigned int i, ended = 0;
	int status;

	(void)unlink(path);
	for (i = 0; i < WRITERS; i++) {
		if (fork() == 0)
			_exit(writer_run(path, i));
	}
	while (wait(&status) > 0) {
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			ended++;
	}
	return ended == WRITERS && newest_lines_are_there(path);
}

#define SESSIONS 60
#define SESSION_LINES 3

/* Writes sessions <writer>-<number>, each with all its lines at once. */
static int sessions_run(const char *path, unsigned int writer)
{
	string_t *lines = t_str_new(3 * WRITER_PADDING * SESSION_LINES);
	const char *error;
	unsigned int i, n;

	for (i = 0; i < SESSIONS; i++) {
		str_truncate(lines, 0);
		for (n = 0; n < SESSION_LINES; n++) {
			str_printfa(lines, "session=%u-%u\t%*s%u\n", writer,
				    i, 2 * WRITER_PADDING, "", n);
		}
		if (coexist_journal_file_append(path, &mode, lines,
						&error) < 0)
			return 1;
	}
	return 0;
}

/* Each session is there with all its lines, one after the other. */
static bool sessions_are_whole(const char *path)
{
	char line[3 * WRITER_PADDING], name[32], last[32] = "";
	unsigned int number, expected = 0, lines = 0;
	FILE *file = fopen(path, "r");
	bool holds = file != NULL;

	while (holds && fgets(line, sizeof(line), file) != NULL) {
		holds = sscanf(line, "session=%31s %u", name, &number) == 2 &&
			number == expected &&
			(number == 0 || strcmp(name, last) == 0);
		expected = (expected + 1) % SESSION_LINES;
		lines++;
		i_strocpy(last, name, sizeof(last));
	}
	if (file != NULL)
		fclose(file);
	return holds && expected == 0 && lines > 0;
}

/* The file is rotated some times meanwhile. */
static bool sessions_at_once_stay_whole(const char *path)
{
	unsigned int i, ended = 0;
	int status;

	(void)unlink(path);
	for (i = 0; i < WRITERS; i++) {
		if (fork() == 0)
			_exit(sessions_run(path, i));
	}
	while (wait(&status) > 0) {
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			ended++;
	}
	return ended == WRITERS && sessions_are_whole(path) &&
		file_size(path) < COEXIST_JOURNAL_FILE_SIZE +
			4 * SESSION_LINES * WRITER_PADDING;
}

static void test_writers(void)
{
	char folder[] = "/tmp/test-journal-XXXXXX";
	const char *path;

	if (mkdtemp(folder) == NULL)
		i_fatal("mkdtemp() failed: %m");
	path = t_strconcat(folder, "/journal", NULL);
	check(writers_at_once_lose_no_line(path),
	      "writers at once lose no line");
	check(sessions_at_once_stay_whole(path),
	      "sessions at once stay whole");
	(void)unlink(path);
	(void)rmdir(folder);
}

int main(void)
{
	lib_init();
	T_BEGIN {
		test_writers();
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
