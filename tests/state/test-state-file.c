/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of what is remembered of a mailbox. */

#include "lib.h"
#include "small-file.h"
#include "state-file.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct get_row {
	const char *label;
	const char *text;
	const char *name;
	/* NULL if there is none */
	const char *value;
} get_rows[] = {
	{ "nothing", "", "a", NULL },
	{ "a value", "a=1\n", "a", "1" },
	{ "without a line end", "a=1", "a", "1" },
	{ "the second line", "b=2\na=1\n", "a", "1" },
	{ "the first of two", "a=1\na=2\n", "a", "1" },
	{ "behind empty lines", "\n\na=1\n", "a", "1" },
	{ "an empty value", "a=\n", "a", "" },
	{ "an empty value before others", "a=\nb=2\n", "a", "" },
	{ "= in the value", "a=b=c\n", "a", "b=c" },
	{ "a longer name", "ab=1\n", "a", NULL },
	{ "a shorter name", "a=1\n", "ab", NULL },
	{ "no =", "a\n", "a", NULL },
	{ "white space is no part of it", " a=1\n", "a", NULL },
	{ "within a line", "b=a=1\n", "a", NULL },
};

/* A NULL text is a missing file. Sets a=1 and b=2. */
static const struct set_row {
	const char *label;
	const char *before;
	size_t before_size;
	const char *after;
} set_rows[] = {
#define TEXT(text) text, sizeof(text) - 1
	{ "no file", NULL, 0, "a=1\nb=2\n" },
	{ "an empty file", TEXT(""), "a=1\nb=2\n" },
	{ "old values", TEXT("b=0\na=0\n"), "a=1\nb=2\n" },
	{ "twice the same name", TEXT("a=8\na=9\n"), "a=1\nb=2\n" },
	{ "others stay", TEXT("c=3\na=0\n??\n"), "c=3\n??\na=1\nb=2\n" },
	{ "no line end", TEXT("c=3"), "c=3\na=1\nb=2\n" },
	{ "empty lines", TEXT("\n\nc=3\n\n"), "c=3\na=1\nb=2\n" },
	{ "a longer name", TEXT("ab=3\n"), "ab=3\na=1\nb=2\n" },
	{ "no text at all", TEXT("\0c=3\n"), "a=1\nb=2\n" },
};

static const struct coexist_state_value values[] = {
	{ "a", "1" },
	{ "b", "2" },
};

static const struct coexist_state_mode mode = {
	.mode = 0600,
	.gid = (gid_t)-1,
	.use_excl_lock = TRUE
};

static bool get_holds(const struct get_row *row)
{
	const char *value = coexist_state_text_get(row->text, row->name);

	return null_strcmp(value, row->value) == 0;
}

static bool file_write(const char *path, const char *data, size_t size)
{
	FILE *file = fopen(path, "w");
	bool written;

	if (file == NULL)
		return false;
	written = fwrite(data, 1, size, file) == size;
	return fclose(file) == 0 && written;
}

/* Sets the values, whatever is in the file. */
static int file_set(const char *path, unsigned int count, const char **error_r)
{
	struct coexist_state_values set = { .values = values, .count = count };

	return coexist_state_file_update(path, &mode,
					 coexist_state_file_decide_values,
					 &set, error_r);
}

static bool set_holds(const char *path, const struct set_row *row)
{
	const char *text, *error;

	i_unlink_if_exists(path);
	if (row->before != NULL &&
	    !file_write(path, row->before, row->before_size))
		return false;
	return file_set(path, N_ELEMENTS(values), &error) == 0 &&
		coexist_small_file_read(path, &text, &error) == 1 &&
		strcmp(text, row->after) == 0;
}

/* A file as large as it may be, and one byte more. */
static bool size_holds(const char *path)
{
	char *data = calloc(1, COEXIST_SMALL_FILE_MAX_SIZE + 1);
	const char *text, *error;
	bool holds;

	memset(data, 'x', COEXIST_SMALL_FILE_MAX_SIZE + 1);
	holds = file_write(path, data, COEXIST_SMALL_FILE_MAX_SIZE) &&
		coexist_small_file_read(path, &text, &error) == 1 &&
		file_write(path, data, COEXIST_SMALL_FILE_MAX_SIZE + 1) &&
		coexist_small_file_read(path, &text, &error) == -1 &&
		strstr(error, path) != NULL;
	free(data);
	return holds;
}

/* What nobody could read is not written, and what is there stays. */
static bool limit_holds(const char *path)
{
	struct coexist_state_values set = { .values = values, .count = 2 };
	struct coexist_state_mode small = mode;
	const char *text, *error;

	small.max_size = 8;
	return file_write(path, "a=0\n", 4) &&
		coexist_state_file_update(path, &small,
			coexist_state_file_decide_values, &set, &error) == 0 &&
		file_write(path, "c=\n", 3) &&
		coexist_state_file_update(path, &small,
			coexist_state_file_decide_values, &set, &error) == -1 &&
		strstr(error, path) != NULL &&
		coexist_small_file_read(path, &text, &error) == 1 &&
		strcmp(text, "c=\n") == 0;
}

/* An error keeps the text from us. */
static bool unread_holds(const char *path)
{
	struct coexist_state_values set = { .values = values, .count = 1 };
	struct coexist_state_mode keeping = mode;
	const char *text, *error;
	struct stat st;

	keeping.keeps_unread = TRUE;
	i_unlink_if_exists(path);
	return symlink(path, path) == 0 &&
		coexist_small_file_read(path, &text, &error) == -1 &&
		coexist_state_file_update(path, &keeping,
			coexist_state_file_decide_values, &set, &error) == -1 &&
		strstr(error, path) != NULL &&
		lstat(path, &st) == 0 && S_ISLNK(st.st_mode) &&
		unlink(path) == 0 && file_write(path, "\0", 1) &&
		coexist_state_file_update(path, &keeping,
			coexist_state_file_decide_values, &set, &error) == 0 &&
		coexist_small_file_read(path, &text, &error) == 1 &&
		strcmp(text, "a=1\n") == 0;
}

/* A file of which nobody knows what was in it is not one that was empty. */
static bool lost_holds(const char *path)
{
	struct coexist_state_values set = { .values = values, .count = 1 };
	struct coexist_state_mode losing = mode;
	const char *text, *error;

	losing.lost = "lost=yes\n";
	i_unlink_if_exists(path);
	return coexist_state_file_update(path, &losing,
			coexist_state_file_decide_values, &set, &error) == 0 &&
		coexist_small_file_read(path, &text, &error) == 1 &&
		strcmp(text, "a=1\n") == 0 &&
		file_write(path, "b=2\0", 4) &&
		coexist_state_file_update(path, &losing,
			coexist_state_file_decide_values, &set, &error) == 0 &&
		coexist_small_file_read(path, &text, &error) == 1 &&
		strcmp(text, "lost=yes\na=1\n") == 0;
}

static bool missing_holds(const char *folder)
{
	const char *path = t_strconcat(folder, "/missing/state", NULL);
	const char *text, *error;

	return coexist_small_file_read(path, &text, &error) == 0 &&
		*text == '\0' &&
		file_set(path, 1, &error) == -1 &&
		errno == ENOENT && strstr(error, path) != NULL;
}

/* Decides to leave all as it is. */
static unsigned int
nothing_decide(const char *text ATTR_UNUSED,
	       struct coexist_state_value *values_r ATTR_UNUSED, void *context)
{
	unsigned int *calls = context;

	(*calls)++;
	return 0;
}

static bool nothing_holds(const char *path)
{
	const char *text, *error;
	unsigned int calls = 0;

	i_unlink_if_exists(path);
	return coexist_state_file_update(path, &mode, nothing_decide, &calls,
					 &error) == 0 && calls == 1 &&
		coexist_small_file_read(path, &text, &error) == 0 &&
		file_write(path, "a=1", 3) &&
		coexist_state_file_update(path, &mode, nothing_decide, &calls,
					  &error) == 0 && calls == 2 &&
		coexist_small_file_read(path, &text, &error) == 1 &&
		strcmp(text, "a=1") == 0;
}

/* A file that can't be read has no text, and what is decided replaces it. */
static unsigned int
text_decide(const char *text, struct coexist_state_value *values_r,
	    void *context)
{
	const char **text_r = context;

	*text_r = t_strdup(text);
	values_r[0].name = "a";
	values_r[0].value = "2";
	return 1;
}

static bool
text_holds(const char *path, const char *before, size_t size, const char *seen)
{
	const char *text, *error, *decided = NULL;

	return file_write(path, before, size) &&
		coexist_state_file_update(path, &mode, text_decide, &decided,
					  &error) == 0 &&
		strcmp(decided, seen) == 0 &&
		coexist_small_file_read(path, &text, &error) == 1 &&
		strcmp(coexist_state_text_get(text, "a"), "2") == 0;
}

/* Counts by one, in a while of its own between reading and writing. */
static unsigned int
count_decide(const char *text, struct coexist_state_value *values_r,
	     void *context ATTR_UNUSED)
{
	const char *value = coexist_state_text_get(text, "count");
	unsigned int count = 0;

	if (value != NULL && str_to_uint(value, &count) < 0)
		return 0;
	usleep(1000);
	values_r[0].name = "count";
	values_r[0].value = t_strdup_printf("%u", count + 1);
	return 1;
}

static int count_once(const char *path)
{
	const char *error;

	while (coexist_state_file_update(path, &mode, count_decide, NULL,
					 &error) < 0) {
		if (errno != EAGAIN)
			return 1;
	}
	return 0;
}

/* Each of many processes sees what the others decided. */
static bool race_holds(const char *path)
{
	enum { PROCESSES = 20 };
	const char *text, *error;
	int i, status, failed = 0;

	i_unlink_if_exists(path);
	for (i = 0; i < PROCESSES; i++) {
		if (fork() == 0)
			_exit(count_once(path));
	}
	for (i = 0; i < PROCESSES; i++) {
		if (wait(&status) < 0 || status != 0)
			failed++;
	}
	return failed == 0 &&
		coexist_small_file_read(path, &text, &error) == 1 &&
		null_strcmp(coexist_state_text_get(text, "count"), "20") == 0;
}

static unsigned int check(const char *label, bool holds)
{
	if (!holds)
		printf("%s\n", label);
	return holds ? 0 : 1;
}

int main(void)
{
	char folder[] = "/tmp/test-state-file.XXXXXX";
	const char *path;
	unsigned int i, failed = 0;

	lib_init();
	if (mkdtemp(folder) == NULL)
		return 1;
	path = t_strconcat(folder, "/state", NULL);
	for (i = 0; i < N_ELEMENTS(get_rows); i++)
		failed += check(get_rows[i].label, get_holds(&get_rows[i]));
	for (i = 0; i < N_ELEMENTS(set_rows); i++) {
		failed += check(set_rows[i].label,
				set_holds(path, &set_rows[i]));
	}
	failed += check("size", size_holds(path));
	failed += check("limit", limit_holds(path));
	failed += check("can't be read", unread_holds(path));
	failed += check("is lost", lost_holds(path));
	failed += check("missing folder", missing_holds(folder));
	failed += check("nothing to set", nothing_holds(path));
	failed += check("decides by the text",
			text_holds(path, "a=1\n", 4, "a=1\n"));
	failed += check("decides without a text",
			text_holds(path, "a=1\0", 4, ""));
	failed += check("many processes", race_holds(path));
	i_unlink_if_exists(path);
	failed += check("nothing is left over", rmdir(folder) == 0);
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
