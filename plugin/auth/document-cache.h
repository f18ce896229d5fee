#ifndef COEXIST_DOCUMENT_CACHE_H
#define COEXIST_DOCUMENT_CACHE_H

struct coexist_document;
struct coexist_document_cache;

/* Documents as they were read last, by the store's key, up to a number of
   them; the one that was used longest ago goes first. "There is no document"
   is remembered too. */

struct coexist_document_cache *
coexist_document_cache_new(unsigned int max_count);
void coexist_document_cache_free(struct coexist_document_cache *cache);

/* Remembers the document, or that there is none (NULL). */
void coexist_document_cache_put(struct coexist_document_cache *cache,
				const char *key,
				struct coexist_document *document, time_t now);
/* Returns TRUE and what is remembered if it was put since the time. The
   document is the cache's. */
bool coexist_document_cache_get(struct coexist_document_cache *cache,
				const char *key, time_t since,
				struct coexist_document **document_r);

#endif
