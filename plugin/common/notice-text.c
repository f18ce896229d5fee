/* See the contract in notice-text.h. */

#include "lib.h"
#include "notice-text.h"
#include "array.h"
#include "small-file.h"
#include "str.h"
#include "unichar.h"

#include <ctype.h>

#define ENGLISH "en"
#define UTF8_BOM "\xEF\xBB\xBF"
#define HEADER_SUBJECT "Subject"

static const char *
line_error(const char *contents, const char *where, const char *message)
{
	unsigned int line = 1;

	for (; contents < where; contents++) {
		if (*contents == '\n')
			line++;
	}
	return t_strdup_printf("line %u: %s", line, message);
}

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == '\x7F';
}

/* Adds the value so that it can be no more than text in one line. */
static void value_append(string_t *str, const char *value, bool html)
{
	for (; *value != '\0'; value++) {
		if (is_control(*value))
			str_append_c(str, ' ');
		else if (html && strchr("&<>\"'", *value) != NULL)
			str_printfa(str, "&#%d;", *value);
		else
			str_append_c(str, *value);
	}
}

/* Returns how long the name behind a brace is, 0 if it is none. */
static size_t name_length(const char *name)
{
	size_t length = 0;

	while (i_isalnum(name[length]) || name[length] == '_')
		length++;
	return name[length] == '}' ? length : 0;
}

/* Returns NULL if there is no such variable. */
static const char *
variable_get(const struct coexist_notice_source *source, const char *name,
	     size_t length)
{
	const struct coexist_notice_variable *var = source->variables;
	unsigned int i;

	for (i = 0; i < source->variables_count; i++, var++) {
		if (strlen(var->name) == length &&
		    memcmp(var->name, name, length) == 0) {
			return var->value == NULL ||
				!uni_utf8_str_is_valid(var->value) ? "?" :
				var->value;
		}
	}
	return NULL;
}

/* Takes away blanks at the end of a line, which quoted-printable has to encode. */
static void line_trim(string_t *str)
{
	size_t length = str_len(str);

	while (length > 0 && strchr(" \t", str_c(str)[length - 1]) != NULL)
		length--;
	str_truncate(str, length);
}

/* Returns the text with values for the variables, NULL and an error if it names
   one that does not exist. A brace without a name behind it stays. */
static const char *
variables_expand(const char *text, const struct coexist_notice_source *source,
		 bool html, const char **error_r)
{
	string_t *str = t_str_new(strlen(text) + 256);
	const char *p, *value;
	size_t length;

	for (p = text; *p != '\0'; p++) {
		length = *p == '{' ? name_length(p + 1) : 0;
		if (*p == '\n')
			line_trim(str);
		if (length == 0) {
			str_append_c(str, *p);
			continue;
		}
		value = variable_get(source, p + 1, length);
		if (value == NULL) {
			*error_r = line_error(text, p,
				t_strdup_printf("Unknown variable {%s}",
						t_strndup(p + 1, length)));
			return NULL;
		}
		value_append(str, value, html);
		p += length + 1;
	}
	return str_c(str);
}

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

static const char *
text_read(const char *contents, const struct coexist_notice_source *source,
	  bool html, const char **error_r)
{
	const char *text = text_clean(contents, error_r);

	return text == NULL ? NULL :
		variables_expand(text, source, html, error_r);
}

/* Returns what is behind "Subject:" up to the end of the line, or NULL. */
static const char *subject_begin(const char *line)
{
	size_t length = strlen(HEADER_SUBJECT);

	return strncasecmp(line, HEADER_SUBJECT, length) == 0 &&
		line[length] == ':' ? line + length + 1 : NULL;
}

/* Reads the subject, which goes on in lines that begin with a blank, to *body_r.
   Returns NULL and an error if there is none or anything else is there. */
static const char *
subject_read(const char *text, const char **body_r, const char **error_r)
{
	string_t *subject = t_str_new(COEXIST_NOTICE_SUBJECT_MAX_LENGTH);
	const char *line = subject_begin(text), *end;

	if (line == NULL) {
		*error_r = line_error(text, text, "Not "HEADER_SUBJECT": ...");
		return NULL;
	}
	for (;;) {
		end = strchr(line, '\n');
		i_assert(end != NULL);
		str_append_c(subject, ' ');
		str_append(subject,
			   t_str_trim(t_strdup_until(line, end), " \t"));
		line = end + 1;
		if (*line != ' ' && *line != '\t')
			break;
	}
	*body_r = line + 1;
	if (*line != '\n') {
		*error_r = line_error(text, line, "Not an empty line");
		return NULL;
	}
	return t_str_trim(str_c(subject), " \t");
}

bool coexist_notice_text_parse(const char *contents,
			       const struct coexist_notice_source *source,
			       struct coexist_notice_text *text_r,
			       const char **error_r)
{
	const char *text, *subject, *body;

	text = text_read(contents, source, /*html=*/FALSE, error_r);
	if (text == NULL)
		return FALSE;
	subject = subject_read(text, &body, error_r);
	if (subject == NULL)
		return FALSE;
	if (*subject == '\0' ||
	    strlen(subject) > COEXIST_NOTICE_SUBJECT_MAX_LENGTH) {
		*error_r = "The subject is empty or too long";
		return FALSE;
	}
	if (*t_str_ltrim(body, " \t\n") == '\0') {
		*error_r = "Nothing is said below the subject";
		return FALSE;
	}
	i_zero(text_r);
	text_r->subject = subject;
	text_r->plain = body;
	return TRUE;
}

static void problem_add(const char **problem, const char *message)
{
	if (*problem == NULL)
		*problem = message;
}

/* Returns the file's contents, or NULL if there is none that can be read. */
static const char *file_read(const char *path, const char **problem)
{
	const char *contents, *error;
	int ret = coexist_small_file_read(path, &contents, &error);

	if (ret < 0)
		problem_add(problem, error);
	return ret <= 0 ? NULL : contents;
}

static const char *
html_read(const struct coexist_notice_source *source, const char *path,
	  const char **problem)
{
	const char *contents = file_read(path, problem), *html, *error;

	if (contents == NULL)
		return NULL;
	html = text_read(contents, source, /*html=*/TRUE, &error);
	if (html == NULL)
		problem_add(problem, t_strdup_printf("%s: %s", path, error));
	return html;
}

/* Returns FALSE if this folder has no text in this language. */
static bool
folder_read(const struct coexist_notice_source *source, const char *folder,
	    const char *language, struct coexist_notice_text *text_r,
	    const char **problem)
{
	const char *base = t_strdup_printf("%s/%s.%s", folder, source->kind,
					   language);
	const char *path = t_strconcat(base, ".txt", NULL);
	const char *contents = file_read(path, problem), *error;

	if (contents == NULL)
		return FALSE;
	if (!coexist_notice_text_parse(contents, source, text_r, &error)) {
		problem_add(problem, t_strdup_printf("%s: %s", path, error));
		return FALSE;
	}
	text_r->language = language;
	text_r->html = html_read(source, t_strconcat(base, ".html", NULL),
				 problem);
	return TRUE;
}

static bool
language_read(const struct coexist_notice_source *source, const char *language,
	      struct coexist_notice_text *text_r, const char **problem)
{
	const char *const *folder;

	for (folder = source->folders; *folder != NULL; folder++) {
		if (folder_read(source, *folder, language, text_r, problem))
			return TRUE;
	}
	return FALSE;
}

/* Returns the tag in the letter case of RFC 5646, section 2.1.1, in which file
   names are written. */
static const char *language_spell(const char *tag)
{
	char **subtags = p_strsplit(pool_datastack_create(), tag, "-");
	unsigned int i;

	for (i = 0; subtags[i] != NULL; i++) {
		(void)str_lcase(subtags[i]);
		if (i > 0 && strlen(subtags[i]) == 2)
			(void)str_ucase(subtags[i]);
		else if (i > 0 && strlen(subtags[i]) == 4)
			subtags[i][0] = i_toupper(subtags[i][0]);
	}
	return t_strarray_join((const char *const *)subtags, "-");
}

/* Returns the tag without its last part, or NULL. */
static const char *language_base(const char *tag)
{
	const char *subtag = strrchr(tag, '-');

	return subtag == NULL ? NULL : t_strdup_until(tag, subtag);
}

static void
builtin_read(const struct coexist_notice_source *source,
	     struct coexist_notice_text *text_r, const char **problem)
{
	const char *error;

	problem_add(problem, t_strdup_printf("%s."ENGLISH".txt: Not in %s",
		source->kind, t_strarray_join(source->folders, ", ")));
	if (!coexist_notice_text_parse(source->builtin, source, text_r, &error))
		i_panic("Built-in text %s: %s", source->kind, error);
	text_r->language = ENGLISH;
}

void coexist_notice_text_find(const struct coexist_notice_source *source,
			      struct coexist_notice_text *text_r,
			      const char **problem_r)
{
	const char *language = language_spell(source->language);

	*problem_r = NULL;
	do {
		if (language_read(source, language, text_r, problem_r))
			return;
		if (strcmp(language, ENGLISH) == 0)
			break;
		language = language_base(language);
		if (language == NULL)
			language = ENGLISH;
	} while (TRUE);
	builtin_read(source, text_r, problem_r);
}
