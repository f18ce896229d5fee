/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-text.h. */

#include "policy-text.h"

#include <glib.h>
#include <string.h>

/* Each letter stands behind a backslash for the byte of the same place. */
static const char letters[] = "nrts\\";
static const char bytes[] = "\n\r\t \\";

/* Shortens the text in its place. */
static bool unescape(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++) {
		const char *letter;

		if (*text != '\\') {
			*to++ = *text;
			continue;
		}
		text++;
		letter = *text == '\0' ? NULL : strchr(letters, *text);
		if (letter == NULL)
			return false;
		*to++ = bytes[letter - letters];
	}
	*to = '\0';
	return true;
}

char *coexist_text_escape(const char *text)
{
	GString *escaped = g_string_new(NULL);
	const char *byte, *begin = text;

	for (; *text != '\0'; text++) {
		byte = strchr(bytes, *text);
		/* blanks are blanks, but at either end */
		if (byte == NULL ||
		    (*text == ' ' && text != begin && text[1] != '\0'))
			g_string_append_c(escaped, *text);
		else {
			g_string_append_c(escaped, '\\');
			g_string_append_c(escaped, letters[byte - bytes]);
		}
	}
	return g_string_free(escaped, FALSE);
}

/* The line is "[KIND NAME]" or "[default]". */
static bool
scope_parse(char *line, struct coexist_text_line *line_r, const char **error_r)
{
	char *name, *end = line + strlen(line) - 1;

	*error_r = "Expected [default], [domain NAME] or [mailbox NAME]";
	if (*end != ']')
		return false;
	*end = '\0';
	line = g_strstrip(line + 1);
	if (strcmp(line, "default") == 0) {
		line_r->kind = COEXIST_TEXT_DEFAULT;
		return true;
	}
	name = strchr(line, ' ');
	if (name == NULL)
		return false;
	*name++ = '\0';
	if (strcmp(line, "domain") == 0)
		line_r->kind = COEXIST_TEXT_DOMAIN;
	else if (strcmp(line, "mailbox") == 0)
		line_r->kind = COEXIST_TEXT_MAILBOX;
	else
		return false;
	line_r->name = g_strstrip(name);
	return unescape(name) && *line_r->name != '\0';
}

static bool
value_parse(char *line, struct coexist_text_line *line_r, const char **error_r)
{
	char *value = strchr(line, '=');

	if (value == NULL) {
		*error_r = "Expected KEY=VALUE or [SCOPE]";
		return false;
	}
	*value++ = '\0';
	value = g_strstrip(value);
	line_r->kind = COEXIST_TEXT_VALUE;
	line_r->name = g_strstrip(line);
	line_r->value = value;
	if (unescape(value))
		return true;
	*error_r = "A backslash is written \\\\";
	return false;
}

bool coexist_text_line_parse(char *line, struct coexist_text_line *line_r,
			     const char **error_r)
{
	*line_r = (struct coexist_text_line){
		.kind = COEXIST_TEXT_NOTHING, .name = ""
	};
	line = g_strstrip(line);
	if (*line == '\0' || *line == '#')
		return true;
	if (!g_utf8_validate(line, -1, NULL)) {
		*error_r = "Not UTF-8";
		return false;
	}
	return *line == '[' ? scope_parse(line, line_r, error_r) :
		value_parse(line, line_r, error_r);
}
