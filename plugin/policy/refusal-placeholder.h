/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_REFUSAL_PLACEHOLDER_H
#define COEXIST_REFUSAL_PLACEHOLDER_H

#include <stddef.h>

/* Placeholders in the text of a refusal: {protocol}, {date} and {seconds}. Plain
   C without allocations, because the sessions' guard uses them too. */

/* What they stand for. NULL is said as "?". */
struct coexist_refusal_values {
	const char *protocol;
	const char *date;
	const char *seconds;
};

/* Expands the text into a buffer of so many bytes, as snprintf() does: cut if it
   does not fit, with a NUL behind it unless size is 0. Braces around anything
   else stay. Returns the length of the whole. */
size_t
coexist_refusal_placeholders_expand(const char *text,
				    const struct coexist_refusal_values *values,
				    char *buffer, size_t size);
/* Returns the first pair of braces in the text that is no placeholder, or
   NULL. */
const char *coexist_refusal_placeholders_unknown(const char *text);

#endif
