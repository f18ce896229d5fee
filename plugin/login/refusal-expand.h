#ifndef COEXIST_REFUSAL_EXPAND_H
#define COEXIST_REFUSAL_EXPAND_H

#include "refusal-table.h"

/* What a refused person is told by a session, which knows English only. */

/* Returns the text in English, with its placeholders. */
const char *coexist_refusal_english(enum coexist_refusal_text id);

/* What the placeholders of a text stand for. NULL is said as "?". */
struct coexist_refusal_values {
	const char *protocol;
	const char *date;
	const char *seconds;
};

/* Returns the text with the values in it, on the data stack. */
const char *
coexist_refusal_expand(const char *text,
			    const struct coexist_refusal_values *values);

#endif
