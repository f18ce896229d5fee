/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_DOCUMENT_CACHE_H
#define COEXIST_DOCUMENT_CACHE_H

#include <stddef.h>
#include <stdint.h>

struct coexist_document_texts;
struct coexist_document_stamp;
struct coexist_document_cache;

/* An LRU cache of documents as they were read last, by the store's key. That there
   is no document is remembered, too. Times are microseconds since 1970. */

/* What was looked up a moment ago may be taken for an answer for so long, unless
   this host has changed the store since (store-generation.h). tests/doc/seconds
   knows the pages that say so. */
#define COEXIST_DOCUMENT_ANSWER_SECS 3

/* max_size is in bytes of memory. A document that needs more is not kept. */
struct coexist_document_cache *coexist_document_cache_new(size_t max_size);
void coexist_document_cache_free(struct coexist_document_cache *cache);

/* Remembers the document that was read from the text, or that there is none
   (both NULL). */
void coexist_document_cache_put(struct coexist_document_cache *cache,
				const char *key,
				struct coexist_document_texts *document,
				const char *text, uint64_t now);
/* Returns the document that was read from the same text, which is remembered as
   if it were put now, or NULL if it was another one or none. The document is
   the cache's. */
struct coexist_document_texts *
coexist_document_cache_put_again(struct coexist_document_cache *cache,
				 const char *key, const char *text, uint64_t now);
/* Returns TRUE and what is remembered if it was put since the time. The
   document is the cache's. */
bool coexist_document_cache_get(struct coexist_document_cache *cache,
				const char *key, uint64_t since,
				struct coexist_document_texts **document_r);

/* Nothing counts as new any more, though it is remembered: the clock was put
   back. */
void coexist_document_cache_forget_times(struct coexist_document_cache *cache);
/* Nothing counts as new any more, but what has the stamp of its file does: the
   store has changed. */
void coexist_document_cache_forget_ages(struct coexist_document_cache *cache);
/* Nothing counts as new, nor is any text taken for one that was read before. */
void coexist_document_cache_forget_texts(struct coexist_document_cache *cache);
void coexist_document_cache_clear(struct coexist_document_cache *cache);

/* Remembers what its file was like before it was read. Nothing happens if the
   document is not kept; what is put later has no such stamp. */
void coexist_document_cache_set_stamp(struct coexist_document_cache *cache,
				      const char *key,
				      const struct coexist_document_stamp *stamp);
/* Returns TRUE and what is remembered if that has this stamp; then it is as if
   it were put now. The document is the cache's. */
bool
coexist_document_cache_get_unchanged(struct coexist_document_cache *cache,
				     const char *key,
				     const struct coexist_document_stamp *stamp,
				     uint64_t now,
				     struct coexist_document_texts **document_r);

#endif
