/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LOST_DOCUMENTS_H
#define COEXIST_LOST_DOCUMENTS_H

#include <stdbool.h>
#include <stdint.h>

struct coexist_document_texts;
struct coexist_lost_documents;

/* The memory of losses: documents that are not there any more, or are older than before
   (rollback), without any change by doveadm on this host. What had lifted a denial may
   be among them, so open sessions that began before the loss are not ended by it
   (gate-recheck.h). A few losses are remembered, the latest of them.

   A document's word is the time of its last change, "unknown" or "none". */

#define COEXIST_DOCUMENT_WORD_NONE "none"

/* Returns the word, which lives as long as the document. NULL is none. */
const char *
coexist_document_word(const struct coexist_document_texts *document);
/* Returns TRUE if a document that had the word before, and has this one now, is not
   there any more; or if it is older than it was. */
bool coexist_document_has_gone(const char *before, const char *now);
bool coexist_document_is_older(const char *before, const char *now);

struct coexist_lost_documents *coexist_lost_documents_new(void);
void coexist_lost_documents_free(struct coexist_lost_documents *lost);

/* Takes notice of what the store's key had before and has now, at a time in seconds
   that no clock's setting changes. */
void coexist_lost_documents_note(struct coexist_lost_documents *lost,
				 const char *key, const char *before,
				 const char *now, time_t time);
/* Returns the word that the document had before it was lost, or NULL if it was not
   lost after that time. It lives until something is noted. */
const char *coexist_lost_documents_find(const struct coexist_lost_documents *lost,
					const char *key, time_t since);
/* doveadm has changed the store: all of that is meant. */
void coexist_lost_documents_clear(struct coexist_lost_documents *lost);

#endif
