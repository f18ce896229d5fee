/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_NOTICE_VARIABLES_H
#define COEXIST_NOTICE_VARIABLES_H

/* The variables of a notice: what stands for {name} in its text. */

/* A line of a table: a folder, or whatever else the table is about. */
struct coexist_notice_row {
	const char *name, *value;
};

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

#endif
