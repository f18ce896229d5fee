/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_DOCUMENT_H
#define COEXIST_ADMIN_DOCUMENT_H

#include "policy-document.h"

struct coexist_admin;

/* Reads the document with the store's key. Returns 1 and the document, which
   is the caller's to unreference, 0 if there is none, or -1 after an error was
   logged and the exit code set: EX_TEMPFAIL if the store is away, EX_DATAERR if
   what it holds is no document. */
int coexist_admin_document_read(const struct coexist_admin *admin,
				const char *key,
				struct coexist_document **document_r);
/* The same for the document's text, which is on the data stack. */
int coexist_admin_text_read(const struct coexist_admin *admin, const char *key,
			    const char **text_r);

/* Returns TRUE if the document names no key at all, not even an unknown one. */
bool coexist_admin_document_is_empty(const struct coexist_document *document);

/* Says in [meta] when, by whom and, with the option "reason", why the document
   was changed. */
void coexist_admin_note_change(const struct coexist_admin *admin,
			       struct coexist_document *document);

#endif
