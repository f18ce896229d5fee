/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-key-file.h. */

#include "policy-key-file.h"

#include <string.h>

#define BOM "\xef\xbb\xbf"

/* Reads the text into the key file. Returns false if it is none. */
static bool key_file_load(GKeyFile *key_file, const char *text, size_t length)
{
	return g_key_file_load_from_data(key_file, text, length,
					 G_KEY_FILE_KEEP_COMMENTS |
					 G_KEY_FILE_KEEP_TRANSLATIONS, NULL);
}

/* Returns the number of the line that the offset lies in, from 1 on. */
static unsigned int line_number(const char *text, size_t offset)
{
	unsigned int line = 1;
	size_t i;

	for (i = 0; i < offset; i++)
		line += text[i] == '\n' ? 1 : 0;
	return line;
}

static size_t line_begin(const char *text, size_t offset)
{
	while (offset > 0 && text[offset - 1] != '\n')
		offset--;
	return offset;
}

static size_t line_end(const char *text, size_t length, size_t offset)
{
	const char *end = memchr(text + offset, '\n', length - offset);

	return end == NULL ? length : (size_t)(end + 1 - text);
}

/* Returns the first line that GLib can't read, which it doesn't tell: the last
   one of the shortest beginning that it refuses. */
static unsigned int bad_line(const char *text, size_t length)
{
	size_t good = 0, bad = length;

	while (line_end(text, length, good) < bad) {
		g_autoptr(GKeyFile) key_file = g_key_file_new();
		size_t middle = line_begin(text, good + (bad - good) / 2);

		if (middle == good)
			middle = line_end(text, length, good);
		if (key_file_load(key_file, text, middle))
			good = middle;
		else
			bad = middle;
	}
	return line_number(text, good);
}

GKeyFile *
coexist_key_file_parse(const char *text, size_t length, GError **error)
{
	g_autoptr(GKeyFile) key_file = g_key_file_new();
	const char *end;

	/* a NUL in it is not valid either */
	if (!g_utf8_validate(text, length, &end)) {
		g_set_error(error, G_KEY_FILE_ERROR,
			    G_KEY_FILE_ERROR_UNKNOWN_ENCODING,
			    "line %u: Not UTF-8",
			    line_number(text, (size_t)(end - text)));
		return NULL;
	}
	if (length >= strlen(BOM) && memcmp(text, BOM, strlen(BOM)) == 0) {
		text += strlen(BOM);
		length -= strlen(BOM);
	}
	if (key_file_load(key_file, text, length))
		return g_steal_pointer(&key_file);
	g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE,
		    "line %u: Not a [group], a key=value or a comment",
		    bad_line(text, length));
	return NULL;
}

/* Returns the character that is escaped by this one, or NUL. */
static char escaped_char(char c)
{
	static const char escapes[] = "sntr\\", chars[] = " \n\t\r\\";
	const char *found = c == '\0' ? NULL : strchr(escapes, c);

	return found == NULL ? '\0' : chars[found - escapes];
}

/* The text only becomes shorter. */
static void unescape(char *text)
{
	const char *in;
	char *out = text;

	for (in = text; *in != '\0'; in++) {
		char c = *in == '\\' ? escaped_char(in[1]) : '\0';

		if (c != '\0')
			in++;
		*out++ = c == '\0' ? *in : c;
	}
	*out = '\0';
}

char *coexist_key_file_get(GKeyFile *key_file, const char *group,
			   const char *name)
{
	char *text = g_key_file_get_value(key_file, group, name, NULL);

	if (text == NULL)
		return NULL;
	unescape(text);
	return g_strstrip(text);
}

void coexist_key_file_remove(GKeyFile *key_file, const char *group,
			     const char *name)
{
	/* Some of GLib's versions keep the earlier ones, and find them only
	   after reading again. */
	while (g_key_file_remove_key(key_file, group, name, NULL)) {
		g_autofree char *text = g_key_file_to_data(key_file, NULL, NULL);

		(void)key_file_load(key_file, text, strlen(text));
	}
}
