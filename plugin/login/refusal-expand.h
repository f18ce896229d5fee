/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_REFUSAL_EXPAND_H
#define COEXIST_REFUSAL_EXPAND_H

#include "refusal-placeholder.h"
#include "refusal-table.h"

/* The refusal's text in a session, which knows English only. */

/* Returns the text in English, with its placeholders. */
const char *coexist_refusal_english(enum coexist_refusal_text id);

/* Returns the text with the values in it, on the data stack. */
const char *
coexist_refusal_expand(const char *text,
		       const struct coexist_refusal_values *values);

#endif
