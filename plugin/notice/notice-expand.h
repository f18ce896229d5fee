/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_NOTICE_EXPAND_H
#define COEXIST_NOTICE_EXPAND_H

#include "notice-paragraphs.h"
#include "notice-variables.h"

/* Expansion of the variables in a notice's text: {name} stands for a value, and
   {name|one|many} for a word that goes with a number. */

/* The escaping of values. */
enum coexist_notice_form {
	/* a text as plain text */
	COEXIST_FORM_PLAIN,
	/* the same as HTML */
	COEXIST_FORM_MARKED_UP,
	/* a page that is HTML */
	COEXIST_FORM_HTML
};

/* The text that is being read. */
struct coexist_notice_reader {
	/* all of it, which ends with LF */
	const char *text;
	const struct coexist_notice_variables *variables;
	/* the first thing that is wrong, or NULL */
	const char *error;
};

/* Returns the message with the number of the line that is there in the text, on
   the data stack. */
const char *coexist_notice_line_error(const char *text, const char *where,
				      const char *message);
bool coexist_notice_is_control(char c);

/* Returns TRUE if the part names a variable that has nothing to say. */
bool coexist_notice_part_is_empty(struct coexist_notice_reader *reader,
				  const struct coexist_notice_part *part);
/* Adds the part with values for the variables. A brace without a name behind it
   stays, and the reader gets an error for a name that no variable has. */
void coexist_notice_part_append(struct coexist_notice_reader *reader,
				string_t *dest,
				const struct coexist_notice_part *part,
				enum coexist_notice_form form);
/* Adds the value so that it can be no more than text in one line. */
void coexist_notice_value_append(string_t *dest, const char *value,
				 bool escape);
/* Takes away blanks at the end of a line, which quoted-printable has to encode. */
void coexist_notice_line_trim(string_t *str);

/* Returns the variable whose table is all of the part, or NULL. */
const struct coexist_notice_variable *
coexist_notice_table_find(struct coexist_notice_reader *reader,
			  const struct coexist_notice_part *part);

#endif
