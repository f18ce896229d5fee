/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The documents of the cases: each is written here as its text. */

#ifndef COEXIST_DOCUMENT_CASES_H
#define COEXIST_DOCUMENT_CASES_H

#include "policy-document.h"

#include <string.h>

/* Returns the document of a text; the caller unrefs it. */
static inline coexist_document *parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	coexist_document *document =
		coexist_document_parse("doc", text, strlen(text), &error);

	g_assert_no_error(error);
	g_assert_nonnull(document);
	return document;
}

#endif
