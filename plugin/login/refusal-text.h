#ifndef COEXIST_REFUSAL_TEXT_H
#define COEXIST_REFUSAL_TEXT_H

#include "policy-text-table.h"

/* What a refused person is told by a session, which knows English only. */

/* Returns the text in English, with its placeholders. */
const char *coexist_refusal_text_english(enum coexist_text id);

/* What the placeholders of a text stand for. NULL is said as "?". */
struct coexist_refusal_values {
	const char *protocol;
	const char *date;
	const char *seconds;
};

/* Returns the text with the values in it, on the data stack. */
const char *
coexist_refusal_text_format(const char *text,
			    const struct coexist_refusal_values *values);

#endif
