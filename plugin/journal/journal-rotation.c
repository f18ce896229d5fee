/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in journal-rotation.h. */

#include "lib.h"
#include "journal-rotation.h"
#include "array.h"
#include "hash.h"
#include "journal-line.h"
#include "str.h"

#define SESSION_FIELD "session="
/* A longer name is none. */
#define SESSION_MAX 1024
/* Only somebody else writes more. */
#define LINES_MAX (128 * 1024)

struct journal_session {
	/* of all its lines, in bytes */
	size_t size;
	bool judged, kept;
};

struct journal_row {
	const unsigned char *text;
	size_t size;
	struct journal_session *session;
};

struct rotation {
	pool_t pool;
	/* in the order of the file */
	ARRAY(struct journal_row) rows;
	HASH_TABLE(char *, struct journal_session *) sessions;
	/* the one that is being written */
	struct journal_session *newest;
};

/* What some sessions take, in bytes. */
struct usage {
	size_t total;
	size_t largest, second;
};

/* The sessions */

/* Returns the session's name in the line, or NULL. */
static char *
name_find(pool_t pool, const unsigned char *line, size_t size)
{
	const size_t prefix = strlen(SESSION_FIELD);
	const unsigned char *end = line + size, *tab;

	for (; line < end; line = tab + 1) {
		tab = memchr(line, '\t', (size_t)(end - line));
		if (tab == NULL)
			tab = end;
		size = (size_t)(tab - line);
		if (size >= prefix && size < SESSION_MAX &&
		    memcmp(line, SESSION_FIELD, prefix) == 0)
			return p_strndup(pool, line + prefix, size - prefix);
	}
	return NULL;
}

/* Returns the line's session. A line that names none is one of its own. */
static struct journal_session *
session_get(struct rotation *rotation, const unsigned char *line, size_t size)
{
	char *name = name_find(rotation->pool, line, size);
	struct journal_session *session = name == NULL ? NULL :
		hash_table_lookup(rotation->sessions, name);

	if (session == NULL) {
		session = p_new(rotation->pool, struct journal_session, 1);
		if (name != NULL)
			hash_table_insert(rotation->sessions, name, session);
	}
	return session;
}

/* Returns the size of the first line with its line feed. */
static size_t line_size(const unsigned char *text, size_t size)
{
	const unsigned char *newline = memchr(text, '\n', size);

	return newline == NULL ? size : (size_t)(newline - text) + 1;
}

static unsigned int lines_count(const unsigned char *text, size_t size)
{
	unsigned int count = 0;
	size_t length;

	for (; size > 0; text += length, size -= length, count++)
		length = line_size(text, size);
	return count;
}

static void
rows_read(struct rotation *rotation, const unsigned char *text, size_t size)
{
	unsigned int count = lines_count(text, size);
	struct journal_row *row;
	size_t length;

	p_array_init(&rotation->rows, rotation->pool, I_MIN(count, LINES_MAX));
	for (; size > 0; text += length, size -= length, count--) {
		length = line_size(text, size);
		if (count > LINES_MAX || length > COEXIST_JOURNAL_LINE_MAX)
			continue;
		row = array_append_space(&rotation->rows);
		row->text = text;
		row->size = length;
		row->session = session_get(rotation, text, length);
		row->session->size += length;
	}
}

/* What stays */

static void usage_add(struct usage *usage, size_t size)
{
	usage->total += size;
	if (size > usage->largest) {
		usage->second = usage->largest;
		usage->largest = size;
	} else if (size > usage->second) {
		usage->second = size;
	}
}

static size_t usage_counted(const struct usage *usage)
{
	return usage->total - usage->largest - usage->second;
}

/* Keeps the newest sessions for which there is room. Returns TRUE if that is all
   of them. */
static bool keep(struct rotation *rotation, size_t room)
{
	const struct journal_row *rows;
	struct usage usage = { .total = 0 };
	struct journal_session *session = rotation->newest;
	unsigned int i, count;
	bool fits = TRUE;

	rows = array_get(&rotation->rows, &count);
	for (i = 0; i < count; i++)
		rows[i].session->judged = FALSE;
	session->judged = session->kept = TRUE;
	usage_add(&usage, session->size);
	for (i = count; i > 0; i--) {
		session = rows[i - 1].session;
		if (session->judged)
			continue;
		usage_add(&usage, session->size);
		fits = fits && usage_counted(&usage) <= room;
		session->judged = TRUE;
		session->kept = fits;
	}
	return fits;
}

/* Puts what is kept to the beginning of the text. Returns its size. */
static size_t compact(const struct rotation *rotation, unsigned char *text)
{
	const struct journal_row *rows;
	unsigned int i, count;
	size_t size = 0;

	rows = array_get(&rotation->rows, &count);
	for (i = 0; i < count; i++) {
		if (!rows[i].session->kept)
			continue;
		memmove(text + size, rows[i].text, rows[i].size);
		size += rows[i].size;
	}
	return size;
}

size_t coexist_journal_rotate(unsigned char *text, size_t size,
			      const string_t *newest, size_t room)
{
	struct rotation rotation;

	i_zero(&rotation);
	rotation.pool = pool_alloconly_create("coexist rotation", 16 * 1024);
	hash_table_create(&rotation.sessions, rotation.pool, 0, str_hash,
			  strcmp);
	rows_read(&rotation, text, size);
	rotation.newest = session_get(&rotation, str_data(newest),
				      line_size(str_data(newest),
						str_len(newest)));
	rotation.newest->size += str_len(newest);
	if (!keep(&rotation, room))
		(void)keep(&rotation, room / 2);
	size = compact(&rotation, text);
	hash_table_destroy(&rotation.sessions);
	pool_unref(&rotation.pool);
	return size;
}
