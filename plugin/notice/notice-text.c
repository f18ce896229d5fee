/* See the contract in notice-text.h. */

#include "lib.h"
#include "notice-text.h"
#include "array.h"
#include "small-file.h"
#include "str.h"

#include <ctype.h>

#define ENGLISH "en"
#define LAYOUT_NAME "notice.html"

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

/* Returns the page, or NULL if there is none that can be used. */
static const char *
html_read(const struct coexist_notice_variables *variables, const char *path,
	  const char **problem)
{
	const char *contents = file_read(path, problem), *html, *error;

	if (contents == NULL)
		return NULL;
	html = coexist_notice_html_parse(contents, variables, &error);
	if (html == NULL)
		problem_add(problem, t_strdup_printf("%s: %s", path, error));
	return html;
}

/* Returns the page of a single text, or NULL if there is none that says
   anything. */
static const char *
page_read(const struct coexist_notice_variables *variables, const char *path,
	  const char **problem)
{
	const char *html = html_read(variables, path, problem);

	return html == NULL || *html == '\0' ? NULL : html;
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
	if (!coexist_notice_text_parse(contents, &source->variables,
				       &text_r->words, &error)) {
		problem_add(problem, t_strdup_printf("%s: %s", path, error));
		return FALSE;
	}
	text_r->language = language;
	if (!source->words_only) {
		text_r->html = page_read(&source->variables,
					 t_strconcat(base, ".html", NULL),
					 problem);
	}
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
	if (!coexist_notice_text_parse(source->builtin, &source->variables,
				       &text_r->words, &error))
		i_panic("Built-in text %s: %s", source->kind, error);
	text_r->language = ENGLISH;
}

static void
words_find(const struct coexist_notice_source *source,
	   struct coexist_notice_text *text_r, const char **problem)
{
	const char *language = language_spell(source->language);

	do {
		if (language_read(source, language, text_r, problem))
			return;
		if (strcmp(language, ENGLISH) == 0)
			break;
		language = language_base(language);
		if (language == NULL)
			language = ENGLISH;
	} while (TRUE);
	builtin_read(source, text_r, problem);
}

/* What a layout can say: it is one for all kinds of notices, of which not all
   have a bar. */
static struct coexist_notice_variables
layout_variables(const struct coexist_notice_source *source,
		 const struct coexist_notice_text *text)
{
	const struct coexist_notice_variable own[] = {
		{ .name = "language", .value = text->language },
		{ .name = "subject", .value = text->words.subject },
		{ .name = "text", .value = text->words.html, .is_html = TRUE }
	}, absent[] = {
		{ .name = "bar", .value = "" },
		{ .name = "bar_color", .value = "" }
	};
	ARRAY(struct coexist_notice_variable) all;
	struct coexist_notice_variables variables;

	t_array_init(&all, N_ELEMENTS(own) + source->variables.count +
		     N_ELEMENTS(absent));
	array_append(&all, own, N_ELEMENTS(own));
	array_append(&all, source->variables.variables,
		     source->variables.count);
	array_append(&all, absent, N_ELEMENTS(absent));
	variables.variables = array_get(&all, &variables.count);
	return variables;
}

/* Without any layout the text alone has to do. An empty one says that it is to. */
static void
layout_apply(const struct coexist_notice_source *source,
	     struct coexist_notice_text *text, const char **problem)
{
	const struct coexist_notice_variables variables =
		layout_variables(source, text);
	const char *const *folder;

	for (folder = source->folders; *folder != NULL; folder++) {
		text->html = html_read(&variables,
			t_strconcat(*folder, "/"LAYOUT_NAME, NULL), problem);
		if (text->html != NULL)
			break;
	}
	if (text->html == NULL) {
		problem_add(problem, t_strdup_printf(LAYOUT_NAME": Not in %s",
			t_strarray_join(source->folders, ", ")));
	} else if (*text->html == '\0') {
		text->html = NULL;
	}
}

void coexist_notice_text_find(const struct coexist_notice_source *source,
			      struct coexist_notice_text *text_r,
			      const char **problem_r)
{
	*problem_r = NULL;
	i_zero(text_r);
	words_find(source, text_r, problem_r);
	if (text_r->html == NULL && !source->words_only)
		layout_apply(source, text_r, problem_r);
}
