/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in notice-template.h. */

#include "lib.h"
#include "notice-template.h"
#include "notice-expand.h"
#include "notice-html.h"
#include "notice-plain.h"
#include "str.h"
#include "unichar.h"

#define UTF8_BOM "\xEF\xBB\xBF"
#define HEADER_SUBJECT "Subject"
#define HEADER_ALERT "Alert"

/* Returns the text with LF as line end, NULL and an error if it is none. */
static const char *text_clean(const char *contents, const char **error_r)
{
	string_t *str;
	const char *p;

	if (!uni_utf8_str_is_valid(contents)) {
		*error_r = "not UTF-8";
		return NULL;
	}
	if (strncmp(contents, UTF8_BOM, strlen(UTF8_BOM)) == 0)
		contents += strlen(UTF8_BOM);
	str = t_str_new(strlen(contents) + 2);
	for (p = contents; *p != '\0'; p++) {
		if (p[0] == '\r' && p[1] == '\n')
			continue;
		if (coexist_notice_is_control(*p) && *p != '\n' && *p != '\t') {
			*error_r = coexist_notice_line_error(
				contents, p, "Control character");
			return NULL;
		}
		str_append_c(str, *p);
	}
	if (str_len(str) > 0 && str_data(str)[str_len(str) - 1] != '\n')
		str_append_c(str, '\n');
	return str_c(str);
}

/* Returns what is behind "Name:", or NULL. */
static const char *header_begin(const char *line, const char *name)
{
	size_t length = strlen(name);

	return strncasecmp(line, name, length) == 0 && line[length] == ':' ?
		line + length + 1 :
		NULL;
}

/* Reads a header, which goes on in lines that begin with a blank, and moves *p
   behind it. Returns NULL if it is not there. */
static const char *header_read(struct coexist_notice_reader *reader,
			       const char **p, const char *name)
{
	string_t *value = t_str_new(COEXIST_NOTICE_ALERT_MAX_LENGTH);
	const char *line = header_begin(*p, name);
	struct coexist_notice_part part;

	if (line == NULL)
		return NULL;
	do {
		part.begin = line + strspn(line, " \t");
		part.end = coexist_notice_line_end(part.begin);
		str_append_c(value, ' ');
		coexist_notice_part_append(reader, value, &part,
					   COEXIST_FORM_PLAIN);
		coexist_notice_line_trim(value);
		line = part.end + 1;
	} while (*line == ' ' || *line == '\t');
	*p = line;
	return t_str_ltrim(str_c(value), " ");
}

static const char *line_check(const char *value, size_t max_length)
{
	return *value == '\0'		   ? "is empty" :
		strlen(value) > max_length ? "is too long" :
					     NULL;
}

/* Returns the body, or NULL. */
static const char *headers_read(struct coexist_notice_reader *reader,
				struct coexist_notice_words *words)
{
	const char *p = reader->text, *wrong;

	words->subject = header_read(reader, &p, HEADER_SUBJECT);
	if (words->subject == NULL) {
		reader->error = coexist_notice_line_error(
			reader->text, p, "Not " HEADER_SUBJECT ": ...");
		return NULL;
	}
	words->alert = header_read(reader, &p, HEADER_ALERT);
	if (*p != '\n' && reader->error == NULL)
		reader->error = coexist_notice_line_error(reader->text, p,
							  "Not an empty line");
	wrong = line_check(words->subject, COEXIST_NOTICE_SUBJECT_MAX_LENGTH);
	if (wrong != NULL && reader->error == NULL)
		reader->error = t_strconcat("The subject ", wrong, NULL);
	wrong = words->alert == NULL ?
		NULL :
		line_check(words->alert, COEXIST_NOTICE_ALERT_MAX_LENGTH);
	if (wrong != NULL && reader->error == NULL)
		reader->error = t_strconcat("The alert ", wrong, NULL);
	return reader->error != NULL ? NULL : p;
}

static void words_read(struct coexist_notice_reader *reader,
		       struct coexist_notice_words *words)
{
	const char *body = headers_read(reader, words);

	if (body == NULL)
		return;
	words->plain = coexist_notice_plain_write(reader, body);
	words->html = coexist_notice_html_write(reader, body);
	if (*words->plain == '\0' && reader->error == NULL)
		reader->error = "Nothing is said below the subject";
}

bool coexist_notice_text_parse(
	const char *contents, const struct coexist_notice_variables *variables,
	struct coexist_notice_words *words_r, const char **error_r)
{
	struct coexist_notice_reader reader = { .variables = variables };
	struct coexist_notice_words words;

	reader.text = text_clean(contents, error_r);
	if (reader.text == NULL)
		return FALSE;
	words_read(&reader, &words);
	if (reader.error != NULL) {
		*error_r = reader.error;
		return FALSE;
	}
	*words_r = words;
	return TRUE;
}

const char *
coexist_notice_html_parse(const char *contents,
			  const struct coexist_notice_variables *variables,
			  const char **error_r)
{
	struct coexist_notice_reader reader = { .variables = variables };
	string_t *dest = t_str_new(strlen(contents) + 8192);
	struct coexist_notice_part part;
	const char *p;

	p = reader.text = text_clean(contents, error_r);
	if (reader.text == NULL)
		return NULL;
	while (coexist_notice_paragraph_next(&p, &part)) {
		if (!coexist_notice_part_is_empty(&reader, &part))
			coexist_notice_part_append(&reader, dest, &part,
						   COEXIST_FORM_HTML);
	}
	*error_r = reader.error;
	return reader.error != NULL ? NULL : str_c(dest);
}
