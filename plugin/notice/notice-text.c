/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in notice-text.h. */

#include "lib.h"
#include "notice-text.h"
#include "array.h"
#include "small-file.h"
#include "str.h"

#include <ctype.h>

#define ENGLISH "en"
#define LAYOUT_NAME "notice.html"
#define TEXT_SUFFIX ".txt"
#define PAGE_SUFFIX ".html"

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

/* Returns FALSE if this folder has no text in this language. */
static bool
folder_read(const struct coexist_notice *notice, const char *folder,
	    const char *language, struct coexist_notice_text *text_r,
	    const char **problem)
{
	const char *path = t_strdup_printf("%s/%s.%s"TEXT_SUFFIX, folder,
					   notice->kind, language);
	const char *contents = file_read(path, problem), *error;

	if (contents == NULL)
		return FALSE;
	if (!coexist_notice_text_parse(contents, &notice->variables,
				       &text_r->words, &error)) {
		problem_add(problem, t_strdup_printf("%s: %s", path, error));
		return FALSE;
	}
	text_r->language = language;
	text_r->file = path;
	return TRUE;
}

static bool
language_read(const struct coexist_notice *notice, const char *const *folders,
	      const char *language, struct coexist_notice_text *text_r,
	      const char **problem)
{
	for (; *folders != NULL; folders++) {
		if (folder_read(notice, *folders, language, text_r, problem))
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
builtin_read(const struct coexist_notice *notice, const char *const *folders,
	     struct coexist_notice_text *text_r, const char **problem)
{
	const char *error;

	problem_add(problem, t_strdup_printf("%s."ENGLISH TEXT_SUFFIX": Not in %s",
		notice->kind, t_strarray_join(folders, ", ")));
	if (!coexist_notice_text_parse(notice->builtin, &notice->variables,
				       &text_r->words, &error))
		i_panic("Built-in text %s: %s", notice->kind, error);
	text_r->language = ENGLISH;
}

void coexist_notice_text_find(const struct coexist_notice *notice,
			      const char *const *folders, const char *language,
			      struct coexist_notice_text *text_r,
			      const char **problem)
{
	i_zero(text_r);
	language = language_spell(language);
	while (!language_read(notice, folders, language, text_r, problem)) {
		if (strcmp(language, ENGLISH) == 0) {
			builtin_read(notice, folders, text_r, problem);
			break;
		}
		language = language_base(language);
		if (language == NULL)
			language = ENGLISH;
	}
}

/* Returns the page of the text alone, or NULL if there is none that says
   anything. */
static const char *
own_page_read(const struct coexist_notice *notice,
	      const struct coexist_notice_text *text, const char **problem)
{
	const char *base, *html;

	if (text->file == NULL)
		return NULL;
	base = t_strndup(text->file, strlen(text->file) - strlen(TEXT_SUFFIX));
	html = html_read(&notice->variables,
			 t_strconcat(base, PAGE_SUFFIX, NULL), problem);
	return html == NULL || *html == '\0' ? NULL : html;
}

/* Returns the variables of the layout. It is one for all kinds of notices, of which
   not all have a bar. */
static struct coexist_notice_variables
layout_variables(const struct coexist_notice *notice,
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

	t_array_init(&all, N_ELEMENTS(own) + notice->variables.count +
		     N_ELEMENTS(absent));
	array_append(&all, own, N_ELEMENTS(own));
	array_append(&all, notice->variables.variables,
		     notice->variables.count);
	array_append(&all, absent, N_ELEMENTS(absent));
	variables.variables = array_get(&all, &variables.count);
	return variables;
}

/* Returns the page that the layout makes of the text; without any layout the text
   alone has to do. An empty layout says that it is to. */
static const char *
layout_apply(const struct coexist_notice *notice, const char *const *folders,
	     const struct coexist_notice_text *text, const char **problem)
{
	const struct coexist_notice_variables variables =
		layout_variables(notice, text);
	const char *const *folder, *html;

	for (folder = folders; *folder != NULL; folder++) {
		html = html_read(&variables,
				 t_strconcat(*folder, "/"LAYOUT_NAME, NULL),
				 problem);
		if (html != NULL)
			return *html == '\0' ? NULL : html;
	}
	problem_add(problem, t_strdup_printf(LAYOUT_NAME": Not in %s",
		t_strarray_join(folders, ", ")));
	return NULL;
}

void coexist_notice_page_find(const struct coexist_notice *notice,
			      const char *const *folders,
			      struct coexist_notice_text *text,
			      const char **problem)
{
	text->html = own_page_read(notice, text, problem);
	if (text->html == NULL)
		text->html = layout_apply(notice, folders, text, problem);
}
