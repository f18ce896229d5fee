#ifndef COEXIST_NOTICE_TEXT_H
#define COEXIST_NOTICE_TEXT_H

#include "notice-template.h"

/* What a mailbox owner is told by mail, in the owner's language: from the files
   <kind>.<language>.txt, and as HTML by way of the one file notice.html, or, for
   a text that is to have another one, of <kind>.<language>.html
   (doc/notice-texts.md has their syntax). */

struct coexist_notice_source {
	/* a word that can be part of a file name */
	const char *kind;
	/* what a .txt file could hold, in English, for when there is none */
	const char *builtin;
	/* where the files are, NULL-terminated; the first folder that has a
	   file comes first */
	const char *const *folders;
	/* a language tag */
	const char *language;

	struct coexist_notice_variables variables;
	/* no HTML page is needed */
	bool words_only;
};

struct coexist_notice_text {
	/* the tag of the language it is in */
	const char *language;
	struct coexist_notice_words words;
	/* a page that says the same, or NULL if there is none */
	const char *html;
};

/* Returns the text in the source's language, its base or English: that of the
   files, else the built-in one. A file with anything wrong in it counts as
   missing. *problem_r is NULL, or the first thing that was wrong, beginning with
   the name of the file. Everything is on the data stack. */
void coexist_notice_text_find(const struct coexist_notice_source *source,
			      struct coexist_notice_text *text_r,
			      const char **problem_r);

#endif
