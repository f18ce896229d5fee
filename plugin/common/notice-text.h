#ifndef COEXIST_NOTICE_TEXT_H
#define COEXIST_NOTICE_TEXT_H

/* What a mailbox owner is told by mail, in the owner's language: from the files
   <kind>.<language>.txt and, with the same text for programs that show it,
   <kind>.<language>.html (doc/notice-texts.md has their syntax). */

/* What stands for {name} in a text. */
struct coexist_notice_variable {
	/* letters, digits and underscores */
	const char *name;
	/* UTF-8; control characters in it become spaces, and NULL is said
	   as "?" */
	const char *value;
};

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

	const struct coexist_notice_variable *variables;
	unsigned int variables_count;
};

struct coexist_notice_text {
	/* the tag of the language it is in */
	const char *language;
	/* UTF-8 in one line */
	const char *subject;
	/* UTF-8 in lines that end with LF */
	const char *plain;
	/* the same, or NULL if there is none */
	const char *html;
};

/* In bytes. What is longer can't be the title of a message. */
#define COEXIST_NOTICE_SUBJECT_MAX_LENGTH 200

/* Returns the text in the source's language, its base or English: that of the
   files, else the built-in one. A file with anything wrong in it counts as
   missing. *problem_r is NULL, or the first thing that was wrong, beginning with
   the name of the file. Everything is on the data stack. */
void coexist_notice_text_find(const struct coexist_notice_source *source,
			      struct coexist_notice_text *text_r,
			      const char **problem_r);

/* Reads what a .txt file holds. Returns FALSE and an error that names the line
   if it is not valid, and then *text_r is untouched. Language and HTML part are
   not set. */
bool coexist_notice_text_parse(const char *contents,
			       const struct coexist_notice_source *source,
			       struct coexist_notice_text *text_r,
			       const char **error_r);

#endif
