/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_REFUSAL_TEXTS_H
#define COEXIST_REFUSAL_TEXTS_H

#include <stdbool.h>
#include <glib.h>

#include "refusal-placeholder.h"
#include "refusal-table.h"

/* The texts of refusals, in the person's language: English, and what files add
   to it (see texts/refusals.conf for their syntax). */

/* The name of such a file in a site's template_dir. */
#define COEXIST_TEXTS_FILE "refusals.conf"

typedef struct coexist_refusal_texts coexist_refusal_texts;

struct coexist_refusal_text_style {
	/* a language tag, or NULL for English */
	const char *language;
	/* the client can't take UTF-8 */
	bool ascii;
	/* in bytes; what is longer is cut between two characters */
	size_t max_length;
};

/* Returns the texts in English. */
coexist_refusal_texts *coexist_refusal_texts_new(void);
/* NULL is allowed. */
void coexist_refusal_texts_free(coexist_refusal_texts *texts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(coexist_refusal_texts, coexist_refusal_texts_free)

/* Adds a file's texts; they come before those that are there already. Returns
   false and an error that begins with the path, and adds nothing, if the file
   is missing (G_FILE_ERROR_NOENT) or anything in it is wrong. */
bool coexist_refusal_texts_add_file(coexist_refusal_texts *texts, const char *path,
			    GError **error);
/* Adds the file that was installed with this library. */
bool coexist_refusal_texts_add_installed(coexist_refusal_texts *texts, GError **error);

/* Returns the text as one line of printable characters, newly allocated, with the
   values, which are ASCII, in place of its placeholders. Where
   the language has no such text, or one that ASCII can't say, the next one of
   its base and English is taken. */
char *coexist_refusal_texts_say(const coexist_refusal_texts *texts,
				enum coexist_refusal_text id,
				const struct coexist_refusal_values *values,
				const struct coexist_refusal_text_style *style);

/* Says the administrator's own text (deny_text) likewise. Returns NULL if
   nothing of it is left, or ASCII can't say it. */
char *coexist_refusal_text_format(const char *text,
			  const struct coexist_refusal_values *values,
			  const struct coexist_refusal_text_style *style);

#endif
