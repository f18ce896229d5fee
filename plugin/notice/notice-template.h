/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_NOTICE_TEMPLATE_H
#define COEXIST_NOTICE_TEMPLATE_H

#include "notice-variables.h"

/* Templates of notices: the syntax of the texts that mailbox owners are sent, see
   doc/notice-texts.md. A text has variables, paragraphs, headings, lists and
   tables, and becomes plain text and HTML. Everything is on the data stack. */

/* The words of a text, rendered. */
struct coexist_notice_words {
	/* UTF-8 in one line */
	const char *subject;
	/* the same, or NULL if the text has none */
	const char *alert;
	/* UTF-8 in lines that end with LF */
	const char *plain;
	/* the same as plain, for the middle of an HTML page */
	const char *html;
};

/* In bytes. What is longer can't be the title of a message, or a line that a
   client shows in a window. */
#define COEXIST_NOTICE_SUBJECT_MAX_LENGTH 200
#define COEXIST_NOTICE_ALERT_MAX_LENGTH 400

/* Reads a text. Returns FALSE and an error that names the line if it is not
   valid or names an unknown variable; then *words_r is untouched. */
bool coexist_notice_text_parse(const char *contents,
			       const struct coexist_notice_variables *variables,
			       struct coexist_notice_words *words_r,
			       const char **error_r);

/* Reads an HTML page, in which only the variables are replaced. Returns it, or
   NULL and an error that names the line. */
const char *
coexist_notice_html_parse(const char *contents,
			  const struct coexist_notice_variables *variables,
			  const char **error_r);

#endif
