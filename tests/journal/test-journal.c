/* The lines of the journal, and the file that they are in. */

#include "lib.h"
#include "journal-file.h"
#include "journal-rotation.h"
#include "str.h"
#include "uid-list.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD "time=2026-01-02T03:04:05Z\tsession=s\tprotocol=pop3\t" \
	"address=::1\tuidvalidity=9\t"
#define MOVE "moved=7,3:4\ttarget=Trash\ttarget_uidvalidity=5\t" \
	"target_uids=1:3\t"

#define MOVES_2 "moved=1\ttarget=b\tmoved=2\ttarget=b\t"
#define MOVES_8 MOVES_2 MOVES_2 MOVES_2 MOVES_2

/* What is counted, or the error. */
static const struct line_row {
	const char *label;
	const char *text;
	const char *counts;
} line_rows[] = {
	{ "all that was read", HEAD"read=1:3,5\tend", "4 read" },
	{ "several things", HEAD"read=1\thidden=2:3\tunseen=2\tend",
	  "1 read, 2 hidden" },
	{ "a move", HEAD MOVE"end", "3 moved to Trash" },
	{ "two moves", HEAD MOVE"moved=9\ttarget=b\\c\tend",
	  "3 moved to Trash, 1 moved to b\\c" },
	{ "a move that tells no UIDs", HEAD"moved=9:10\ttarget=b\tend",
	  "2 moved to b" },
	{ "a tab and a line feed in a name",
	  HEAD"moved=9\ttarget=a\001tb\001nc\tend",
	  "1 moved to a\357\277\275b\357\277\275c" },
	{ "UIDs in any order", HEAD"moved=9,1:2\ttarget=b\ttarget_uids=7:8,3\tend",
	  "3 moved to b" },
	{ "ranges that touch",
	  HEAD"moved=1:6\ttarget=b\ttarget_uids=8:10,5:7\tend", "6 moved to b" },
	{ "as many moves as a line has", HEAD MOVES_8"end", "8 moved to b" },
	{ "what undoing does", HEAD"unread=1\tshown=2\treturned=3\tend",
	  "1 unread again, 1 shown again, 1 moved back" },
	{ "no address", "time=2026-01-02T03:04:05Z\tsession=s\t"
	  "protocol=expire\taddress=\tuidvalidity=9\texpunged=1\tend",
	  "1 expunged" },
	{ "of one of those who share INBOX", HEAD"user=jo\tread=1\tend",
	  "1 read by jo" },
	{ "fields of a newer version", HEAD"new=x\tread=1\tend", "1 read" },
	{ "the session's total", HEAD"total=18446744073709551615\tread=1\tend",
	  "1 read" },
	{ "all UIDs", HEAD"read=1:4294967294\tend", "4294967294 read" },
	{ "the same ones many times",
	  HEAD"read=1:4294967294,1:4294967294\tend", "8589934588 read" },
	{ "nothing", HEAD"end", "" },

	{ "an empty line", "", "is incomplete" },
	{ "half a line", HEAD"read=1:3", "is incomplete" },
	{ "cut within a number", HEAD"read=1:3,", "has a wrong read" },
	{ "something behind the end", HEAD"end\tread=1", "is incomplete" },
	{ "no =", HEAD"read\tend", "has a field without a value" },
	{ "UID 0", HEAD"read=0\tend", "has a wrong read" },
	{ "downwards", HEAD"read=3:1\tend", "has a wrong read" },
	{ "too large a UID", HEAD"read=4294967295\tend", "has a wrong read" },
	{ "no UID", HEAD"read=\tend", "has a wrong read" },
	{ "not a number", HEAD"read=1;2\tend", "has a wrong read" },
	{ "a negative number", HEAD"read=-1\tend", "has a wrong read" },
	{ "a star", HEAD"read=1:*\tend", "has a wrong read" },
	{ "a wrong time", "time=yesterday\tend", "has a wrong time" },
	{ "a wrong UIDVALIDITY", HEAD"uidvalidity=x\tend",
	  "has a wrong uidvalidity" },
	{ "a wrong total", HEAD"total=-1\tend", "has a wrong total" },
	{ "no session", "time=2026-01-02T03:04:05Z\tprotocol=pop3\t"
	  "uidvalidity=9\tend", "lacks the time, the session, its protocol or "
	  "the UIDVALIDITY" },
	{ "moved nowhere", HEAD"moved=1\tend",
	  "says wrongly where messages were moved" },
	{ "lists of different length",
	  HEAD"moved=1:2\ttarget=a\ttarget_uids=1\tend",
	  "says wrongly where messages were moved" },
	{ "a name that is not UTF-8", HEAD"moved=1\ttarget=b\377\tend",
	  "says wrongly where messages were moved" },
	{ "a surrogate in a name", HEAD"moved=1\ttarget=\355\240\200\tend",
	  "says wrongly where messages were moved" },
	{ "two messages that became one",
	  HEAD"moved=1:2\ttarget=b\ttarget_uids=5,5\tend",
	  "says wrongly where messages were moved" },
	{ "ranges that overlap by one",
	  HEAD"moved=1:6\ttarget=b\ttarget_uids=7:9,5:7\tend",
	  "says wrongly where messages were moved" },
	{ "more moves than a line has", HEAD MOVES_8"moved=1\ttarget=b\tend",
	  "has too many moves" },
	/* a field about no move is one that nobody knows */
	{ "a target before its move", HEAD"target=a\tread=1\tend", "1 read" },
};

/* A text, how many lines it has, how many that are none, and the error. */
static const struct text_row {
	const char *label;
	const char *text;
	size_t size;
	unsigned int lines;
	unsigned int broken;
	const char *error;
} text_rows[] = {
#define TEXT(text) text, sizeof(text) - 1
	{ "nothing", TEXT(""), 0, 0, NULL },
	{ "empty lines", TEXT("\n\n"), 0, 0, NULL },
	{ "a line", TEXT(HEAD"end\n"), 1, 0, NULL },
	{ "no line feed at the end", TEXT(HEAD"end"), 1, 0, NULL },
	{ "garbage between", TEXT(HEAD"end\n\377\376x\n"HEAD"end\n"), 2, 1,
	  "line 2 has a field without a value" },
	{ "a NUL", TEXT(HEAD"end\nread=\0001\n"HEAD"end\n"), 2, 1,
	  "line 2 has a NUL" },
	{ "half of the last one", TEXT(HEAD"end\n"HEAD"read=1"), 1, 1,
	  "line 2 is incomplete" },
	{ "the first of many", TEXT("a\nb\nc\n"), 0, 3,
	  "line 1 has a field without a value" },
};

static const struct coexist_state_mode mode = {
	.mode = 0640,
	.gid = (gid_t)-1
};

/* The writes of the program, and after how many bytes the disk is full. */
static unsigned int write_count;
static size_t write_room = SIZE_MAX;

/* Takes the place of the C library's. */
ssize_t write(int fd, const void *data, size_t size)
{
	write_count++;
	return syscall(SYS_write, fd, data, I_MIN(size, write_room));
}

/* What the line counts, and whose it is. */
static const char *line_text(const struct coexist_journal_line *line)
{
	struct coexist_change_counts counts;
	const char *text;

	i_zero(&counts);
	coexist_journal_line_count(line, &counts);
	text = coexist_change_counts_text(&counts);
	coexist_change_counts_free(&counts);
	return line->user == NULL ? text :
		t_strdup_printf("%s by %s", text, line->user);
}

/* What is written is read as the same. */
static bool line_is_written(pool_t pool, const struct coexist_journal_line *line)
{
	string_t *written = t_str_new(128);
	struct coexist_journal_line again;
	const char *error;

	coexist_journal_line_write(written, line);
	str_truncate(written, str_len(written) - 1);
	return coexist_journal_line_parse(pool, str_c(written), &again,
					  &error) == 0 &&
		strcmp(line_text(line), line_text(&again)) == 0;
}

static bool line_holds(const struct line_row *row)
{
	pool_t pool = pool_alloconly_create("test", 512);
	struct coexist_journal_line line;
	const char *result;
	bool holds = true;

	if (coexist_journal_line_parse(pool, row->text, &line, &result) == 0) {
		result = line_text(&line);
		holds = line_is_written(pool, &line);
	}
	if (strcmp(result, row->counts) != 0) {
		printf("# %s\n", result);
		holds = false;
	}
	pool_unref(&pool);
	return holds;
}

static bool text_holds(const struct text_row *row)
{
	pool_t pool = pool_alloconly_create("test", 512);
	struct coexist_journal journal;
	bool holds;

	coexist_journal_text_read(pool, (const unsigned char *)row->text,
				  row->size, &journal);
	holds = array_count(&journal.lines) == row->lines &&
		journal.broken == row->broken &&
		null_strcmp(journal.broken_error, row->error) == 0;
	pool_unref(&pool);
	return holds;
}

/* A line may be so long and no longer. */
static bool length_holds(size_t size, unsigned int lines)
{
	pool_t pool = pool_alloconly_create("test", 512);
	string_t *text = str_new(default_pool, size);
	struct coexist_journal journal;
	bool holds;

	str_append(text, HEAD"new=");
	while (str_len(text) < size - 4)
		str_append_c(text, 'x');
	str_append(text, "\tend");
	coexist_journal_text_read(pool, str_data(text), str_len(text),
				  &journal);
	holds = array_count(&journal.lines) == lines &&
		journal.broken == 1 - lines;
	str_free(&text);
	pool_unref(&pool);
	return holds;
}

static bool map_holds(void)
{
	ARRAY_TYPE(seq_range) from, to;
	bool holds;

	t_array_init(&from, 4);
	t_array_init(&to, 4);
	if (coexist_uid_list_parse("7,3:5,1", &from) < 0 ||
	    coexist_uid_list_parse("10:12,20:21", &to) < 0)
		return false;
	holds = coexist_uid_list_map(&from, &to, 7) == 10 &&
		coexist_uid_list_map(&from, &to, 3) == 11 &&
		coexist_uid_list_map(&from, &to, 5) == 20 &&
		coexist_uid_list_map(&from, &to, 1) == 21 &&
		coexist_uid_list_map(&from, &to, 2) == 0;
	/* one list is shorter */
	array_delete(&to, 1, 1);
	return holds && coexist_uid_list_map(&from, &to, 1) == 0;
}

/* A list, and the same UIDs in ascending order. */
static const struct sort_row {
	const char *label;
	const char *list;
	const char *sorted;
	bool unique;
} sort_rows[] = {
	{ "sorted", "1:3,5,7:8", "1:3,5,7:8", true },
	{ "downwards", "9,7,5,3:4,1", "1,3:5,7,9", true },
	{ "side by side", "4:6,1:3,7", "1:7", true },
	{ "twice", "1:9,1:9", "1:9", false },
	{ "one within the other", "2:3,1:9,9", "1:9", false },
	{ "overlapping", "5:9,1:5", "1:9", false },
	{ "up to the last UID", "4294967294,1:4294967293", "1:4294967294", true },
	{ "the last UID twice", "4294967294,4294967294", "4294967294", false },
};

static bool sort_holds(const struct sort_row *row)
{
	string_t *sorted = t_str_new(64);
	ARRAY_TYPE(seq_range) list;
	bool unique;

	t_array_init(&list, 4);
	if (coexist_uid_list_parse(row->list, &list) < 0)
		return false;
	unique = coexist_uid_list_is_unique(&list);
	coexist_uid_list_sort(&list);
	coexist_uid_list_write(sorted, &list);
	return unique == row->unique && strcmp(str_c(sorted), row->sorted) == 0;
}

/* A file of lines, of which each letter is one of the session of that name: of
   100 bytes, a capital one of 1000; a dash is a line that names none. What is
   left when another one is written. */
static const struct rotation_row {
	const char *label;
	const char *lines;
	const char *newest;
	size_t room;
	const char *left;
} rotation_rows[] = {
	{ "nothing", "", "a", 400, "" },
	{ "no room at all", "abc", "d", 0, "c" },
	{ "just room for all but the two largest", "abcde", "f", 400, "abcde" },
	{ "the older ones go until there is half as much", "abcdef", "g", 400,
	  "def" },
	{ "a session is as old as its last line", "abcdefa", "g", 400, "aefa" },
	{ "what is written belongs to the oldest", "abcdefg", "a", 400, "aefg" },
	{ "it stays, however large", "AAAAAbcdefg", "A", 400, "AAAAAefg" },
	{ "it alone", "AAAA", "A", 400, "AAAA" },
	{ "lines of it between others", "abacadaeaf", "a", 200, "aaaaeaf" },
	{ "a large one does not count", "bcdeAf", "g", 400, "eAf" },
	{ "two large ones", "ABAbcdBef", "g", 1200, "ABAbcdBef" },
	{ "three large ones", "ABCdef", "g", 1000, "BCdef" },
	{ "it goes when it is the oldest", "AAAbcdef", "g", 400, "def" },
	{ "as a whole", "AbAcAdefghijkl", "m", 400, "jkl" },
	{ "lines that name no session", "------", "g", 400, "---" },
	{ "a line that names none is written", "aaaaab", "-", 0, "b" },
};

static void rotation_line(string_t *text, char letter)
{
	size_t begin = str_len(text);
	size_t size = letter >= 'A' && letter <= 'Z' ? 1000 : 100;

	if (letter != '-')
		str_printfa(text, "time=x\tsession=%c\t", i_tolower(letter));
	while (str_len(text) < begin + size - 2)
		str_append_c(text, '.');
	str_printfa(text, "%c\n", letter);
}

static unsigned char *str_bytes(string_t *text)
{
	return (unsigned char *)str_c_modifiable(text);
}

static bool rotation_holds(const struct rotation_row *row)
{
	string_t *text = t_str_new(4096), *newest = t_str_new(1024);
	string_t *left = t_str_new(64);
	const char *p;
	size_t size, i;

	for (p = row->lines; *p != '\0'; p++)
		rotation_line(text, *p);
	for (p = row->newest; *p != '\0'; p++)
		rotation_line(newest, *p);
	size = coexist_journal_rotate(str_bytes(text), str_len(text),
				      newest, row->room);
	for (i = 1; i < size; i++) {
		if (str_c(text)[i] == '\n')
			str_append_c(left, str_c(text)[i - 1]);
	}
	if (strcmp(str_c(left), row->left) != 0) {
		printf("# %s\n", str_c(left));
		return false;
	}
	return true;
}

/* What is no line for its length is not kept, though there is room. */
static bool rotation_drops_what_is_no_line(void)
{
	string_t *text = str_new(default_pool, 2 * COEXIST_JOURNAL_LINE_MAX);
	string_t *newest = t_str_new(128);
	size_t size;

	rotation_line(newest, 'b');
	while (str_len(text) <= COEXIST_JOURNAL_LINE_MAX)
		str_append_c(text, 'x');
	str_append_c(text, '\n');
	rotation_line(text, 'a');
	size = coexist_journal_rotate(str_bytes(text), str_len(text),
				      newest, SIZE_MAX);
	str_free(&text);
	return size == 100;
}

static off_t file_size(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? -1 : st.st_size;
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

/* Each writer's lines are there from one of them on to its last. */
static bool newest_lines_are_there(const char *path)
{
	unsigned int next[WRITERS] = { 0 }, writer, number;
	FILE *file = fopen(path, "r");
	char line[WRITER_PADDING + 64];
	bool holds = file != NULL;

	while (holds && fgets(line, sizeof(line), file) != NULL) {
		holds = sscanf(line, "%u %u ", &writer, &number) == 2 &&
			writer < WRITERS &&
			(next[writer] == 0 || next[writer] == number);
		if (holds)
			next[writer] = number + 1;
	}
	if (file != NULL)
		fclose(file);
	for (writer = 0; writer < WRITERS; writer++)
		holds = holds && (next[writer] == 0 ||
				  next[writer] == WRITER_LINES);
	return holds;
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
	unsigned int number, expected = 0;
	FILE *file = fopen(path, "r");
	bool holds = file != NULL;

	while (holds && fgets(line, sizeof(line), file) != NULL) {
		holds = sscanf(line, "session=%31s %u", name, &number) == 2 &&
			number == expected &&
			(number == 0 || strcmp(name, last) == 0);
		expected = (expected + 1) % SESSION_LINES;
		i_strocpy(last, name, sizeof(last));
	}
	if (file != NULL)
		fclose(file);
	return holds && expected == 0;
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

static unsigned int failed;

static void check(bool holds, const char *label)
{
	printf("%s %s\n", holds ? "ok  " : "FAIL", label);
	if (!holds)
		failed++;
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
	check(writers_at_once_lose_no_line(path),
	      "writers at once lose no line");
	check(sessions_at_once_stay_whole(path),
	      "sessions at once stay whole");
	check(no_folder_is_told(folder), "no folder is told");
	check(a_pipe_is_no_journal(folder), "a pipe is no journal");
	check(no_file_is_an_empty_journal(folder),
	      "no file is an empty journal");
	(void)unlink(path);
	(void)rmdir(folder);
}

int main(void)
{
	unsigned int i;

	lib_init();
	T_BEGIN {
		for (i = 0; i < N_ELEMENTS(line_rows); i++)
			check(line_holds(&line_rows[i]), line_rows[i].label);
		for (i = 0; i < N_ELEMENTS(text_rows); i++)
			check(text_holds(&text_rows[i]), text_rows[i].label);
		check(length_holds(COEXIST_JOURNAL_LINE_MAX - 1, 1),
		      "the longest line");
		check(length_holds(COEXIST_JOURNAL_LINE_MAX, 0),
		      "a line that is too long");
		check(map_holds(), "UIDs at the same place");
		for (i = 0; i < N_ELEMENTS(sort_rows); i++)
			check(sort_holds(&sort_rows[i]), sort_rows[i].label);
		for (i = 0; i < N_ELEMENTS(rotation_rows); i++) {
			check(rotation_holds(&rotation_rows[i]),
			      rotation_rows[i].label);
		}
		check(rotation_drops_what_is_no_line(),
		      "what is no line goes when the file is rotated");
		test_files();
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
