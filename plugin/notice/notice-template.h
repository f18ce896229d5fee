#ifndef COEXIST_NOTICE_TEMPLATE_H
#define COEXIST_NOTICE_TEMPLATE_H

/* The syntax of the texts that mailbox owners are sent, see doc/notice-texts.md:
   a text has variables, paragraphs, headings, lists and tables, and is said both
   as plain text and as HTML. Everything is on the data stack. */

/* What is behind a folder, or whatever else a table is about. */
struct coexist_notice_row {
	const char *name, *value;
};

/* What stands for {name} in a text. */
struct coexist_notice_variable {
	/* letters, digits and underscores */
	const char *name;
	/* UTF-8; control characters in it become spaces, and NULL is said
	   as "?". A paragraph that names one that is "" is left out. */
	const char *value;
	/* NULL, or the table that stands for the variable where it is a
	   paragraph of its own */
	const struct coexist_notice_row *rows;
	unsigned int rows_count;
	/* the value is HTML, and goes into HTML as it is */
	bool is_html;
};

struct coexist_notice_variables {
	const struct coexist_notice_variable *variables;
	unsigned int count;
};

/* What a text says. */
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
