/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in refusal-expand.h. */

#include "lib.h"
#include "refusal-expand.h"

const char *coexist_refusal_english(enum coexist_refusal_text id)
{
#define ENGLISH(id, text) text,
	static const char *const texts[COEXIST_TEXT_COUNT] = {
		COEXIST_TEXTS(ENGLISH)
	};
	return texts[id];
}

const char *
coexist_refusal_expand(const char *text,
		       const struct coexist_refusal_values *values)
{
	size_t size = coexist_refusal_placeholders_expand(text, values,
							  NULL, 0) + 1;
	char *expanded = t_malloc_no0(size);

	(void)coexist_refusal_placeholders_expand(text, values, expanded, size);
	return expanded;
}
