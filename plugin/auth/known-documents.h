/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_KNOWN_DOCUMENTS_H
#define COEXIST_KNOWN_DOCUMENTS_H

#include "document-file.h"
#include "document-trust.h"

struct coexist_document_texts;
struct coexist_known_documents;
struct coexist_log_repeat;
struct coexist_site_config;
struct event;

/* The cache of trusted documents, and what makes its entries stale: an age, a
   change of the store by this host, a file that has changed, keys that the site
   trusts no longer, a clock that was put back. */

/* A look at the store before it is asked for a document. */
struct coexist_document_look {
	/* microseconds */
	uint64_t asked;
	/* how many generations of the store there were by then */
	unsigned int generation_count;
	/* the document's file, if the store has one */
	bool has_stamp;
	struct coexist_document_stamp stamp;
};

/* files is what the names of the store's files begin with, or NULL.
   generation_path is the file of the store's generation (store-generation.h), or
   NULL. All else that is given must outlive this. */
struct coexist_known_documents *
coexist_known_documents_new(const struct coexist_site_config *config,
			    const char *files, const char *generation_path,
			    struct event *event,
			    struct coexist_log_repeat *log);
/* NULL is allowed. */
void coexist_known_documents_free(struct coexist_known_documents *known);

/* Takes into account what may have changed since the last login: the clock, the
   store's generation and the keys. */
void coexist_known_documents_refresh(struct coexist_known_documents *known);

/* Returns the word that a document had before it was lost within so many seconds, as
   lost-documents.h says, or NULL. */
const char *
coexist_known_documents_find_lost(const struct coexist_known_documents *known,
				  const char *key, time_t seconds);

/* Returns the number of the store's generation as it was then if that is new by now
   (store-generation.h), else 0. */
uint64_t coexist_known_documents_get_new_generation(
	const struct coexist_known_documents *known);

/* How an answer is known that is as good as the store's. */
enum coexist_document_known {
	COEXIST_DOCUMENT_NOT_KNOWN,
	COEXIST_DOCUMENT_KNOWN_LATELY,
	COEXIST_DOCUMENT_KNOWN_BY_FILE
};

/* Looks for an answer without the store: the document, or NULL if there is none.
   may_be_old: one from a moment ago (COEXIST_DOCUMENT_ANSWER_SECS) will do. What
   the store must be asked for has the look at its file. */
enum coexist_document_known
coexist_known_documents_get(struct coexist_known_documents *known,
			    const char *key, bool may_be_old,
			    struct coexist_document_look *look_r,
			    struct coexist_document_texts **document_r);
/* Returns TRUE and what was known last, however long ago: the document, or NULL
   if there was none. */
bool coexist_known_documents_get_last(struct coexist_known_documents *known,
				      const char *key,
				      struct coexist_document_texts **document_r);

/* Reads the text that the store has and remembers it, unless what is known is
   newer. See coexist_document_read_trusted() for what returns. What it has that
   is no key is logged with the event. */
enum coexist_document_trust
coexist_known_documents_read(struct coexist_known_documents *known,
			     struct event *event, const char *key,
			     const struct coexist_document_look *look,
			     const char *text,
			     struct coexist_document_texts **document_r,
			     const char **error_r);
/* Remembers the document that was read from the text, or that there is none (both
   NULL), unless what is known is newer. */
void coexist_known_documents_put(struct coexist_known_documents *known,
				 const char *key,
				 const struct coexist_document_look *look,
				 struct coexist_document_texts *document,
				 const char *text);

/* Returns the text as it may be logged, on the data stack: keys have the names of
   users, which are whatever auth_username_chars lets clients write. */
const char *coexist_logged_key(const char *text);

#endif
