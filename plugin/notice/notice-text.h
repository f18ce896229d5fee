/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_NOTICE_TEXT_H
#define COEXIST_NOTICE_TEXT_H

#include "notice-template.h"

/* Texts of notices: what the owner of a mailbox is told, in the owner's language.
   They are the files <kind>.<language>.txt; the HTML page around them is the
   layout notice.html, or <kind>.<language>.html for a text that has a page of its
   own (doc/notice-texts.md has their syntax). Everything is on the data stack. */

/* A notice, whatever the language. */
struct coexist_notice {
	/* of its files: a word that can be part of a file name */
	const char *kind;
	/* the name by which the mailbox's state knows the last one, which this
	   one replaces. NULL for <kind>_mail; several kinds may share one. */
	const char *place_name;
	/* what a .txt file could hold, in English, for when there is none */
	const char *builtin;
	struct coexist_notice_variables variables;
};

struct coexist_notice_text {
	/* the tag of the language it is in */
	const char *language;
	/* the file that has it, or NULL if it is the built-in text */
	const char *file;
	struct coexist_notice_words words;
	/* a page that says the same, or NULL if there is none */
	const char *html;
};

/* Finds the text in this language, its base or English: that of the files, else
   the built-in one. The folders end with NULL, and the first one that has a file
   comes first. A file with anything wrong in it counts as missing; if *problem is
   NULL, it becomes the first thing that was wrong, beginning with the name of the
   file. There is no page yet. */
void coexist_notice_text_find(const struct coexist_notice *notice,
			      const char *const *folders, const char *language,
			      struct coexist_notice_text *text_r,
			      const char **problem);
/* Finds the page for a text that was found in these folders. */
void coexist_notice_page_find(const struct coexist_notice *notice,
			      const char *const *folders,
			      struct coexist_notice_text *text,
			      const char **problem);

#endif
