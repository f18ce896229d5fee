/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_DOCUMENT_TEXTS_H
#define COEXIST_POLICY_DOCUMENT_TEXTS_H

#include <glib.h>

#include "policy-merge.h"

struct coexist_document;

/* A snapshot of a document for a cache: the texts of its keys, read for all
   merges that come, in little memory, and nothing else of the document but when it
   was changed. It never
   changes and is counted by references. */

typedef struct coexist_document_texts coexist_document_texts;

/* Returns what the document says now; the document is of no use for it later. */
struct coexist_document_texts *
coexist_document_texts_new(const struct coexist_document *document);
/* Returns a snapshot that says nothing. */
struct coexist_document_texts *coexist_document_texts_new_empty(void);
struct coexist_document_texts *
coexist_document_texts_ref(struct coexist_document_texts *texts);
/* NULL is allowed. */
void coexist_document_texts_unref(struct coexist_document_texts *texts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(coexist_document_texts,
			      coexist_document_texts_unref)

/* Returns the key's text as the document had it, valid or not, or NULL. It lives
   as long as the snapshot. */
const char *
coexist_document_texts_get(const struct coexist_document_texts *texts,
			   enum coexist_key key);
/* Returns when the document says that it was changed last ("2027-01-31T12:00:00Z"), as
   [meta] has it, or an empty text. What is no such time is none. */
const char *
coexist_document_texts_get_updated(const struct coexist_document_texts *texts);
/* Returns how many bytes of memory the snapshot takes, about. */
size_t
coexist_document_texts_get_size(const struct coexist_document_texts *texts);

/* Makes a scope for coexist_policy_merge() out of the snapshot, which must
   outlive it. texts may be NULL: a scope that names nothing. */
void
coexist_document_texts_init_scope(const struct coexist_document_texts *texts,
				  const char *scope_name,
				  struct coexist_scope *scope_r);

#endif
