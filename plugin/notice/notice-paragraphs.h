/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_NOTICE_PARAGRAPHS_H
#define COEXIST_NOTICE_PARAGRAPHS_H

/* Paragraphs, headings, lists and lines: the blocks that a notice's text is made
   of, as the author of the text wrote them. The text ends with LF. */

/* A part of a text. */
struct coexist_notice_part {
	const char *begin, *end;
};

/* The mark with which an item of a list begins. */
#define COEXIST_NOTICE_LIST_ITEM "- "

/* Returns the LF of the line. */
const char *coexist_notice_line_end(const char *line);
/* Returns TRUE for a line of nothing but blanks. */
bool coexist_notice_line_is_empty(const char *line);

/* Finds the next lines without an empty one between them, and moves *text behind
   them. Returns FALSE if there are no more. */
bool coexist_notice_paragraph_next(const char **text,
				   struct coexist_notice_part *part_r);
bool coexist_notice_is_one_line(const struct coexist_notice_part *part);
/* Returns TRUE for one line with capital letters and no small ones. */
bool coexist_notice_is_heading(const struct coexist_notice_part *part);
/* Returns TRUE for a line with which an item of a list begins. */
bool coexist_notice_is_list(const char *line);
/* Finds the next item of a list that ends at end, the item's mark included. */
bool coexist_notice_item_next(const char **p, const char *end,
			      struct coexist_notice_part *item_r);

#endif
