/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in document-cache.h. */

#include "lib.h"
#include "document-cache.h"
#include "document-file.h"
#include "policy-document-texts.h"

#include <glib.h>

/* What the allocator adds to the entry, its key and its text, and the hash
   table's slot when it is half full. */
#define ENTRY_OVERHEAD (3 * 16 + 2 * 24)

struct cached_document {
	GList link;	/* in the order of use, newest first */
	char *key;
	struct coexist_document_texts *document;
	char *text;
	uint64_t put_time;
	bool has_stamp;
	struct coexist_document_stamp stamp;
	size_t size;
};

struct coexist_document_cache {
	size_t size, max_size;
	GHashTable *by_key;
	GQueue by_use;
};

static void cached_document_free(void *data)
{
	struct cached_document *cached = data;

	coexist_document_texts_unref(cached->document);
	g_free(cached->text);
	g_free(cached->key);
	g_free(cached);
}

struct coexist_document_cache *
coexist_document_cache_new(size_t max_size)
{
	struct coexist_document_cache *cache =
		g_new0(struct coexist_document_cache, 1);

	cache->max_size = max_size;
	cache->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
					      cached_document_free);
	g_queue_init(&cache->by_use);
	return cache;
}

void coexist_document_cache_free(struct coexist_document_cache *cache)
{
	if (cache == NULL)
		return;
	g_hash_table_unref(cache->by_key);
	g_free(cache);
}

static void
cache_use(struct coexist_document_cache *cache, struct cached_document *cached)
{
	g_queue_unlink(&cache->by_use, &cached->link);
	g_queue_push_head_link(&cache->by_use, &cached->link);
}

static void
cache_remove(struct coexist_document_cache *cache,
	     struct cached_document *cached)
{
	g_queue_unlink(&cache->by_use, &cached->link);
	cache->size -= cached->size;
	g_hash_table_remove(cache->by_key, cached->key);
}

static struct cached_document *
cache_add(struct coexist_document_cache *cache, const char *key)
{
	struct cached_document *cached = g_new0(struct cached_document, 1);

	cached->link.data = cached;
	cached->key = g_strdup(key);
	g_hash_table_insert(cache->by_key, cached->key, cached);
	g_queue_push_head_link(&cache->by_use, &cached->link);
	return cached;
}

static size_t entry_size(const struct cached_document *cached)
{
	size_t size = sizeof(*cached) + ENTRY_OVERHEAD +
		strlen(cached->key) + 1;

	if (cached->document != NULL)
		size += coexist_document_texts_get_size(cached->document);
	if (cached->text != NULL)
		size += strlen(cached->text) + 1;
	return size;
}

static void
cached_set(struct cached_document *cached,
	   struct coexist_document_texts *document, const char *text)
{
	if (document != NULL)
		coexist_document_texts_ref(document);
	coexist_document_texts_unref(cached->document);
	cached->document = document;
	g_free(cached->text);
	cached->text = g_strdup(text);
}

void coexist_document_cache_put(struct coexist_document_cache *cache,
				const char *key,
				struct coexist_document_texts *document,
				const char *text, uint64_t now)
{
	struct cached_document *cached =
		g_hash_table_lookup(cache->by_key, key);

	if (cached == NULL)
		cached = cache_add(cache, key);
	else
		cache_use(cache, cached);
	cached_set(cached, document, text);
	cached->put_time = now;
	cached->has_stamp = FALSE;

	cache->size -= cached->size;
	cached->size = entry_size(cached);
	cache->size += cached->size;
	while (cache->size > cache->max_size)
		cache_remove(cache, cache->by_use.tail->data);
}

struct coexist_document_texts *
coexist_document_cache_put_again(struct coexist_document_cache *cache,
				 const char *key, const char *text, uint64_t now)
{
	struct cached_document *cached =
		g_hash_table_lookup(cache->by_key, key);

	if (cached == NULL || g_strcmp0(cached->text, text) != 0)
		return NULL;
	cache_use(cache, cached);
	cached->put_time = now;
	cached->has_stamp = FALSE;
	return cached->document;
}

bool coexist_document_cache_get(struct coexist_document_cache *cache,
				const char *key, uint64_t since,
				struct coexist_document_texts **document_r)
{
	struct cached_document *cached =
		g_hash_table_lookup(cache->by_key, key);

	if (cached == NULL || cached->put_time < since)
		return FALSE;
	cache_use(cache, cached);
	*document_r = cached->document;
	return TRUE;
}

void coexist_document_cache_forget_times(struct coexist_document_cache *cache)
{
	struct cached_document *cached;
	GList *link;

	for (link = cache->by_use.head; link != NULL; link = link->next) {
		cached = link->data;
		cached->put_time = 0;
		cached->has_stamp = FALSE;
	}
}

void coexist_document_cache_forget_ages(struct coexist_document_cache *cache)
{
	struct cached_document *cached;
	GList *link;

	for (link = cache->by_use.head; link != NULL; link = link->next) {
		cached = link->data;
		cached->put_time = 0;
	}
}

void coexist_document_cache_forget_texts(struct coexist_document_cache *cache)
{
	struct cached_document *cached;
	GList *link;

	coexist_document_cache_forget_times(cache);
	for (link = cache->by_use.head; link != NULL; link = link->next) {
		cached = link->data;
		g_clear_pointer(&cached->text, g_free);
		cache->size -= cached->size;
		cached->size = entry_size(cached);
		cache->size += cached->size;
	}
}

void coexist_document_cache_clear(struct coexist_document_cache *cache)
{
	while (cache->by_use.head != NULL)
		cache_remove(cache, cache->by_use.head->data);
}

void coexist_document_cache_set_stamp(struct coexist_document_cache *cache,
				      const char *key,
				      const struct coexist_document_stamp *stamp)
{
	struct cached_document *cached =
		g_hash_table_lookup(cache->by_key, key);

	if (cached == NULL)
		return;
	cached->has_stamp = TRUE;
	cached->stamp = *stamp;
}

bool
coexist_document_cache_get_unchanged(struct coexist_document_cache *cache,
				     const char *key,
				     const struct coexist_document_stamp *stamp,
				     uint64_t now,
				     struct coexist_document_texts **document_r)
{
	struct cached_document *cached =
		g_hash_table_lookup(cache->by_key, key);

	if (cached == NULL || !cached->has_stamp ||
	    !coexist_document_stamp_equals(&cached->stamp, stamp))
		return FALSE;
	cache_use(cache, cached);
	cached->put_time = now;
	*document_r = cached->document;
	return TRUE;
}
