/* See the contract in notice-template.h. */

#include "lib.h"
#include "notice-template.h"
#include "str.h"
#include "unichar.h"

#include <ctype.h>

#define UTF8_BOM "\xEF\xBB\xBF"
#define NO_BREAK_SPACE "\xC2\xA0"
#define HEADER_SUBJECT "Subject"
#define HEADER_ALERT "Alert"
#define LIST_ITEM "- "

/* Plain text is read in windows of about this width. */
#define TABLE_NAME_MAX_WIDTH 50

/* Colours and sizes that hold on white and on black, as mail programs have it;
   nothing but what programs without style sheets know. */
#define HTML_HEADING "<h2 style=\"margin:24px 0 8px;font-size:14px;" \
	"line-height:20px\">"
#define HTML_PARAGRAPH "<p style=\"margin:0 0 14px\">"
#define HTML_LIST "<ul style=\"margin:0 0 14px;padding:0 0 0 20px\">\n"
#define HTML_TABLE "<table width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" " \
	"border=\"0\"\nstyle=\"margin:0 0 14px;border-collapse:collapse\">\n"
#define HTML_CELL "padding:6px 0;border-bottom:1px solid #999999;"
#define HTML_NAME_CELL "<td align=\"left\" style=\""HTML_CELL \
	"word-break:break-word\">"
#define HTML_VALUE_CELL "<td align=\"right\" valign=\"bottom\" style=\"" \
	HTML_CELL"padding-left:16px;white-space:nowrap\">"

enum form {
	/* a text as plain text */
	FORM_PLAIN,
	/* the same as HTML */
	FORM_MARKED_UP,
	/* a page that is HTML */
	FORM_HTML
};

/* A part of a text. */
struct part {
	const char *begin, *end;
};

struct reader {
	/* all of it, which ends with LF */
	const char *text;
	const struct coexist_notice_variables *variables;
	/* the first thing that is wrong, or NULL */
	const char *error;
};

static const char *
line_error(const char *text, const char *where, const char *message)
{
	unsigned int line = 1;

	for (; text < where; text++) {
		if (*text == '\n')
			line++;
	}
	return t_strdup_printf("line %u: %s", line, message);
}

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == '\x7F';
}

/* Variables */

/* {name}, or {name|one|many} */
struct reference {
	const char *name;
	size_t name_length;
	/* the words for 1 and for other numbers; begin is NULL without them */
	struct part one, many;
	const char *end;
};

static bool word_read(const char **p, char last, struct part *word_r)
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
variable_find(struct reader *reader, const struct reference *ref)
{
	const struct coexist_notice_variable *var =
		reader->variables->variables;
	unsigned int i;

	for (i = 0; i < reader->variables->count; i++, var++) {
		if (strlen(var->name) == ref->name_length &&
		    memcmp(var->name, ref->name, ref->name_length) == 0)
			return var;
	}
	if (reader->error == NULL) {
		reader->error = line_error(reader->text, ref->name,
			t_strdup_printf("Unknown variable {%s}",
				t_strndup(ref->name, ref->name_length)));
	}
	return NULL;
}

static bool variable_is_empty(const struct coexist_notice_variable *var)
{
	return var->value != NULL && *var->value == '\0' &&
		var->rows_count == 0;
}

/* Returns TRUE if the part names a variable that has nothing to say. */
static bool part_is_empty(struct reader *reader, const struct part *part)
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

/* Adds the value so that it can be no more than text in one line. */
static void value_append(string_t *dest, const char *value, bool escape)
{
	if (value == NULL || !uni_utf8_str_is_valid(value))
		value = "?";
	for (; *value != '\0'; value++)
		char_append(dest, is_control(*value) ? ' ' : *value, escape);
}

/* Returns a number so that it stays in one line with its unit. */
static const char *number_join(const char *value)
{
	return value == NULL || !i_isdigit(*value) ? value :
		t_strarray_join(t_strsplit(value, " "), NO_BREAK_SPACE);
}

static void variable_append(string_t *dest, const struct reference *ref,
			    const struct coexist_notice_variable *var,
			    enum form form)
{
	const struct part *word = null_strcmp(var->value, "1") == 0 ?
		&ref->one : &ref->many;
	const char *p;

	if (word->begin == NULL && var->is_html) {
		str_append(dest, var->value);
	} else if (word->begin == NULL) {
		value_append(dest, form == FORM_MARKED_UP ?
			     number_join(var->value) : var->value,
			     form != FORM_PLAIN);
	} else {
		for (p = word->begin; p < word->end; p++)
			char_append(dest, *p, form == FORM_MARKED_UP);
	}
}

/* Takes away blanks at the end of a line, which quoted-printable has to encode. */
static void line_trim(string_t *str)
{
	size_t length = str_len(str);

	while (length > 0 && strchr(" \t", str_c(str)[length - 1]) != NULL)
		length--;
	str_truncate(str, length);
}

/* Adds the part with values for the variables. A brace without a name behind it
   stays. */
static void part_append(struct reader *reader, string_t *dest,
			const struct part *part, enum form form)
{
	const struct coexist_notice_variable *var;
	struct reference ref;
	const char *p;

	for (p = part->begin; p < part->end; p++) {
		if (*p == '\n')
			line_trim(dest);
		if (!reference_read(p, &ref)) {
			char_append(dest, *p, form == FORM_MARKED_UP);
			continue;
		}
		var = variable_find(reader, &ref);
		if (var != NULL)
			variable_append(dest, &ref, var, form);
		p = ref.end - 1;
	}
}

/* Paragraphs */

static const char *line_end(const char *line)
{
	return line + strcspn(line, "\n");
}

static bool line_is_empty(const char *line)
{
	return line[strspn(line, " \t")] == '\n';
}

/* Finds the next lines without an empty one between them. Returns FALSE if there
   are no more. */
static bool paragraph_next(const char **text, struct part *part_r)
{
	const char *p = *text;

	while (*p != '\0' && line_is_empty(p))
		p = line_end(p) + 1;
	part_r->begin = p;
	while (*p != '\0' && !line_is_empty(p))
		p = line_end(p) + 1;
	part_r->end = *text = p;
	return part_r->begin < part_r->end;
}

static bool is_one_line(const struct part *part)
{
	return line_end(part->begin) + 1 == part->end;
}

/* Returns TRUE for what may be a letter of Latin, Greek, Cyrillic or Armenian:
   those scripts have capitals. */
static bool has_cases(unichar_t chr)
{
	return chr < 0x80 ? i_isalpha(chr) : chr >= 0xC0 && chr < 0x590;
}

/* Returns TRUE for one line with capital letters and no small ones. */
static bool is_heading(const struct part *part)
{
	bool capitals = FALSE;
	const char *p = part->begin;
	unichar_t chr;
	int size;

	if (!is_one_line(part))
		return FALSE;
	while (p < part->end && (size = uni_utf8_get_char(p, &chr)) > 0) {
		if (uni_ucs4_to_titlecase(chr) != chr)
			return FALSE;
		if (has_cases(chr))
			capitals = TRUE;
		p += size;
	}
	return capitals;
}

/* Returns the table that is all of the part, or NULL. */
static const struct coexist_notice_variable *
table_find(struct reader *reader, const struct part *part)
{
	const char *p = part->begin + strspn(part->begin, " \t");
	const struct coexist_notice_variable *var;
	struct reference ref;

	if (!is_one_line(part) || !reference_read(p, &ref) ||
	    ref.one.begin != NULL || !line_is_empty(ref.end))
		return NULL;
	var = variable_find(reader, &ref);
	return var != NULL && var->rows != NULL ? var : NULL;
}

static bool is_list(const char *line)
{
	return strncmp(line, LIST_ITEM, strlen(LIST_ITEM)) == 0;
}

/* Finds the next item, its mark included. */
static bool item_next(const char **p, const char *end, struct part *item_r)
{
	if (*p == end)
		return FALSE;
	item_r->begin = *p;
	do {
		*p = line_end(*p) + 1;
	} while (*p < end && !is_list(*p));
	item_r->end = *p;
	return TRUE;
}

/* As plain text */

static unsigned int text_width(const char *text)
{
	return uni_utf8_str_is_valid(text) ? uni_utf8_strlen(text) : 1;
}

static void pad(string_t *dest, unsigned int width, unsigned int wanted)
{
	for (; width < wanted; width++)
		str_append_c(dest, ' ');
}

static void
plain_table_append(string_t *dest, const struct coexist_notice_variable *table)
{
	unsigned int i, names = 0, values = 0;
	const struct coexist_notice_row *row;

	for (i = 0; i < table->rows_count; i++) {
		names = I_MAX(names, text_width(table->rows[i].name));
		values = I_MAX(values, text_width(table->rows[i].value));
	}
	names = I_MIN(names, TABLE_NAME_MAX_WIDTH);
	for (i = 0; i < table->rows_count; i++) {
		row = &table->rows[i];
		str_append(dest, "  ");
		value_append(dest, row->name, /*escape=*/FALSE);
		pad(dest, text_width(row->name), names);
		pad(dest, text_width(row->value), values + 2);
		value_append(dest, row->value, /*escape=*/FALSE);
		str_append_c(dest, '\n');
	}
}

static void plain_list_append(struct reader *reader, string_t *dest,
			      const struct part *list)
{
	const char *p = list->begin;
	struct part item;

	while (item_next(&p, list->end, &item)) {
		if (!part_is_empty(reader, &item))
			part_append(reader, dest, &item, FORM_PLAIN);
	}
}

static void plain_append(struct reader *reader, string_t *dest,
			 const struct part *part)
{
	const struct coexist_notice_variable *table =
		table_find(reader, part);

	if (table != NULL)
		plain_table_append(dest, table);
	else if (is_list(part->begin))
		plain_list_append(reader, dest, part);
	else if (!part_is_empty(reader, part))
		part_append(reader, dest, part, FORM_PLAIN);
}

static const char *plain_write(struct reader *reader, const char *body)
{
	string_t *dest = t_str_new(strlen(body) + 1024);
	struct part part;
	size_t before, gap;

	while (paragraph_next(&body, &part)) {
		before = str_len(dest);
		if (before > 0)
			str_append_c(dest, '\n');
		gap = str_len(dest);
		plain_append(reader, dest, &part);
		if (str_len(dest) == gap)
			str_truncate(dest, before);
	}
	return str_c(dest);
}

/* As HTML */

/* Lines flow, except those that are indented. */
static void html_lines_append(struct reader *reader, string_t *dest,
			      const struct part *part)
{
	struct part line = { .begin = part->begin };

	for (;;) {
		line.begin += strspn(line.begin, " \t");
		line.end = line_end(line.begin);
		part_append(reader, dest, &line, FORM_MARKED_UP);
		line_trim(dest);
		line.begin = line.end + 1;
		if (line.begin >= part->end)
			break;
		if (strchr(" \t", *line.begin) != NULL)
			str_append(dest, "<br>");
		str_append_c(dest, '\n');
	}
}

static void
html_table_append(string_t *dest, const struct coexist_notice_variable *table)
{
	unsigned int i;

	str_append(dest, HTML_TABLE);
	for (i = 0; i < table->rows_count; i++) {
		str_append(dest, "<tr>\n"HTML_NAME_CELL);
		value_append(dest, table->rows[i].name, /*escape=*/TRUE);
		str_append(dest, "</td>\n"HTML_VALUE_CELL);
		value_append(dest, table->rows[i].value, /*escape=*/TRUE);
		str_append(dest, "</td>\n</tr>\n");
	}
	str_append(dest, "</table>\n");
}

/* Returns the item's text in one line, so that its indentation does not count. */
static void html_item_append(struct reader *reader, string_t *dest,
			     const struct part *item)
{
	struct part line = { .begin = item->begin + strlen(LIST_ITEM) };

	str_append(dest, "<li>");
	while (line.begin < item->end) {
		line.begin += strspn(line.begin, " \t");
		line.end = line_end(line.begin);
		part_append(reader, dest, &line, FORM_MARKED_UP);
		line_trim(dest);
		str_append_c(dest, '\n');
		line.begin = line.end + 1;
	}
	str_truncate(dest, str_len(dest) - 1);
	str_append(dest, "</li>\n");
}

static void html_list_append(struct reader *reader, string_t *dest,
			     const struct part *list)
{
	const char *p = list->begin;
	struct part item;
	size_t before = str_len(dest), empty;

	str_append(dest, HTML_LIST);
	empty = str_len(dest);
	while (item_next(&p, list->end, &item)) {
		if (!part_is_empty(reader, &item))
			html_item_append(reader, dest, &item);
	}
	if (str_len(dest) == empty)
		str_truncate(dest, before);
	else
		str_append(dest, "</ul>\n");
}

static void html_append(struct reader *reader, string_t *dest,
			const struct part *part)
{
	const struct coexist_notice_variable *table =
		table_find(reader, part);
	bool heading = is_heading(part);

	if (table != NULL) {
		if (table->rows_count > 0)
			html_table_append(dest, table);
	} else if (is_list(part->begin)) {
		html_list_append(reader, dest, part);
	} else if (!part_is_empty(reader, part)) {
		str_append(dest, heading ? HTML_HEADING : HTML_PARAGRAPH);
		html_lines_append(reader, dest, part);
		str_append(dest, heading ? "</h2>\n" : "</p>\n");
	}
}

static const char *html_write(struct reader *reader, const char *body)
{
	string_t *dest = t_str_new(strlen(body) * 2 + 4096);
	struct part part;

	while (paragraph_next(&body, &part))
		html_append(reader, dest, &part);
	return str_c(dest);
}

/* Files */

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
		if (is_control(*p) && *p != '\n' && *p != '\t') {
			*error_r = line_error(contents, p,
					      "Control character");
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
		line + length + 1 : NULL;
}

/* Reads a header, which goes on in lines that begin with a blank, and moves *p
   behind it. Returns NULL if it is not there. */
static const char *
header_read(struct reader *reader, const char **p, const char *name)
{
	string_t *value = t_str_new(COEXIST_NOTICE_ALERT_MAX_LENGTH);
	const char *line = header_begin(*p, name);
	struct part part;

	if (line == NULL)
		return NULL;
	do {
		part.begin = line + strspn(line, " \t");
		part.end = line_end(part.begin);
		str_append_c(value, ' ');
		part_append(reader, value, &part, FORM_PLAIN);
		line_trim(value);
		line = part.end + 1;
	} while (*line == ' ' || *line == '\t');
	*p = line;
	return t_str_ltrim(str_c(value), " ");
}

static const char *line_check(const char *value, size_t max_length)
{
	return *value == '\0' ? "is empty" :
		strlen(value) > max_length ? "is too long" : NULL;
}

/* Returns the body, or NULL. */
static const char *
headers_read(struct reader *reader, struct coexist_notice_words *words)
{
	const char *p = reader->text, *wrong;

	words->subject = header_read(reader, &p, HEADER_SUBJECT);
	if (words->subject == NULL) {
		reader->error = line_error(reader->text, p,
					   "Not "HEADER_SUBJECT": ...");
		return NULL;
	}
	words->alert = header_read(reader, &p, HEADER_ALERT);
	if (*p != '\n' && reader->error == NULL)
		reader->error = line_error(reader->text, p,
					   "Not an empty line");
	wrong = line_check(words->subject, COEXIST_NOTICE_SUBJECT_MAX_LENGTH);
	if (wrong != NULL && reader->error == NULL)
		reader->error = t_strconcat("The subject ", wrong, NULL);
	wrong = words->alert == NULL ? NULL :
		line_check(words->alert, COEXIST_NOTICE_ALERT_MAX_LENGTH);
	if (wrong != NULL && reader->error == NULL)
		reader->error = t_strconcat("The alert ", wrong, NULL);
	return reader->error != NULL ? NULL : p;
}

static void
words_read(struct reader *reader, struct coexist_notice_words *words)
{
	const char *body = headers_read(reader, words);

	if (body == NULL)
		return;
	words->plain = plain_write(reader, body);
	words->html = html_write(reader, body);
	if (*words->plain == '\0' && reader->error == NULL)
		reader->error = "Nothing is said below the subject";
}

bool coexist_notice_text_parse(const char *contents,
			       const struct coexist_notice_variables *variables,
			       struct coexist_notice_words *words_r,
			       const char **error_r)
{
	struct reader reader = { .variables = variables };
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
	struct reader reader = { .variables = variables };
	string_t *dest = t_str_new(strlen(contents) + 8192);
	struct part part;
	const char *p;

	p = reader.text = text_clean(contents, error_r);
	if (reader.text == NULL)
		return NULL;
	while (paragraph_next(&p, &part)) {
		if (!part_is_empty(&reader, &part))
			part_append(&reader, dest, &part, FORM_HTML);
	}
	*error_r = reader.error;
	return reader.error != NULL ? NULL : str_c(dest);
}
