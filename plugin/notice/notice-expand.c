/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in notice-expand.h. */

#include "lib.h"
#include "notice-expand.h"
#include "str.h"
#include "unichar.h"

#include <ctype.h>

#define NO_BREAK_SPACE "\xC2\xA0"

const char *coexist_notice_line_error(const char *text, const char *where,
				      const char *message)
{
	unsigned int line = 1;

	for (; text < where; text++) {
		if (*text == '\n')
			line++;
	}
	return t_strdup_printf("line %u: %s", line, message);
}

bool coexist_notice_is_control(char c)
{
	return (unsigned char)c < ' ' || c == '\x7F';
}

/* {name}, or {name|one|many} */
struct reference {
	const char *name;
	size_t name_length;
	/* the words for 1 and for other numbers; begin is NULL without them */
	struct coexist_notice_part one, many;
	const char *end;
};

static bool
word_read(const char **p, char last, struct coexist_notice_part *word_r)
{
	size_t length = strcspn(*p, "|{}\n");

	if ((*p)[length] != last)
		return FALSE;
	word_r->begin = *p;
	word_r->end = *p + length;
	*p += length + 1;
	return TRUE;
}

/* Returns FALSE if what begins with this brace is none. */
static bool reference_read(const char *brace, struct reference *ref_r)
{
	const char *p = brace + 1;

	if (*brace != '{')
		return FALSE;
	i_zero(ref_r);
	ref_r->name = p;
	while (i_isalnum(*p) || *p == '_')
		p++;
	ref_r->name_length = (size_t)(p - ref_r->name);
	if (ref_r->name_length == 0)
		return FALSE;
	if (*p == '|') {
		p++;
		if (!word_read(&p, '|', &ref_r->one) ||
		    !word_read(&p, '}', &ref_r->many))
			return FALSE;
	} else if (*p++ != '}') {
		return FALSE;
	}
	ref_r->end = p;
	return TRUE;
}

/* Returns NULL after noting the error if there is no such variable. */
static const struct coexist_notice_variable *
variable_find(struct coexist_notice_reader *reader, const struct reference *ref)
{
	const struct coexist_notice_variable *var =
		reader->variables->variables;
	const char *message;
	unsigned int i;

	for (i = 0; i < reader->variables->count; i++, var++) {
		if (strlen(var->name) == ref->name_length &&
		    memcmp(var->name, ref->name, ref->name_length) == 0)
			return var;
	}
	if (reader->error == NULL) {
		message = t_strdup_printf("Unknown variable {%s}",
			t_strndup(ref->name, ref->name_length));
		reader->error = coexist_notice_line_error(reader->text,
							  ref->name, message);
	}
	return NULL;
}

static bool variable_is_empty(const struct coexist_notice_variable *var)
{
	return var->value != NULL && *var->value == '\0' &&
		var->rows_count == 0;
}

bool coexist_notice_part_is_empty(struct coexist_notice_reader *reader,
				  const struct coexist_notice_part *part)
{
	const struct coexist_notice_variable *var;
	struct reference ref;
	const char *p;

	for (p = part->begin; p < part->end; p++) {
		if (!reference_read(p, &ref))
			continue;
		var = variable_find(reader, &ref);
		if (var != NULL && variable_is_empty(var))
			return TRUE;
		p = ref.end - 1;
	}
	return FALSE;
}

static void char_append(string_t *dest, char c, bool escape)
{
	if (escape && strchr("&<>\"'", c) != NULL)
		str_printfa(dest, "&#%d;", c);
	else
		str_append_c(dest, c);
}

void coexist_notice_value_append(string_t *dest, const char *value, bool escape)
{
	if (value == NULL || !uni_utf8_str_is_valid(value))
		value = "?";
	for (; *value != '\0'; value++) {
		char_append(dest,
			    coexist_notice_is_control(*value) ? ' ' : *value,
			    escape);
	}
}

/* Returns a number so that it stays in one line with its unit. */
static const char *number_join(const char *value)
{
	if (value == NULL || !i_isdigit(*value))
		return value;
	return t_strarray_join(t_strsplit(value, " "), NO_BREAK_SPACE);
}

static void variable_append(string_t *dest, const struct reference *ref,
			    const struct coexist_notice_variable *var,
			    enum coexist_notice_form form)
{
	bool one = null_strcmp(var->value, "1") == 0;
	const struct coexist_notice_part *word = one ? &ref->one : &ref->many;
	const char *value = var->value, *p;

	if (word->begin == NULL && var->is_html) {
		str_append(dest, value);
	} else if (word->begin == NULL) {
		if (form == COEXIST_FORM_MARKED_UP)
			value = number_join(value);
		coexist_notice_value_append(dest, value,
					    form != COEXIST_FORM_PLAIN);
	} else {
		for (p = word->begin; p < word->end; p++)
			char_append(dest, *p, form == COEXIST_FORM_MARKED_UP);
	}
}

void coexist_notice_line_trim(string_t *str)
{
	size_t length = str_len(str);

	while (length > 0 && strchr(" \t", str_c(str)[length - 1]) != NULL)
		length--;
	str_truncate(str, length);
}

void coexist_notice_part_append(
	struct coexist_notice_reader *reader, string_t *dest,
	const struct coexist_notice_part *part, enum coexist_notice_form form)
{
	const struct coexist_notice_variable *var;
	struct reference ref;
	const char *p;

	for (p = part->begin; p < part->end; p++) {
		if (*p == '\n')
			coexist_notice_line_trim(dest);
		if (!reference_read(p, &ref)) {
			char_append(dest, *p, form == COEXIST_FORM_MARKED_UP);
			continue;
		}
		var = variable_find(reader, &ref);
		if (var != NULL)
			variable_append(dest, &ref, var, form);
		p = ref.end - 1;
	}
}

const struct coexist_notice_variable *
coexist_notice_table_find(struct coexist_notice_reader *reader,
			  const struct coexist_notice_part *part)
{
	const char *p = part->begin + strspn(part->begin, " \t");
	const struct coexist_notice_variable *var;
	struct reference ref;

	if (!coexist_notice_is_one_line(part) || !reference_read(p, &ref) ||
	    ref.one.begin != NULL || !coexist_notice_line_is_empty(ref.end))
		return NULL;
	var = variable_find(reader, &ref);
	return var != NULL && var->rows != NULL ? var : NULL;
}
