/* See the contract in document-cache.h. */

#include "lib.h"
#include "document-cache.h"
#include "policy-document.h"

#include <glib.h>

struct cached_document {
	GList link;	/* in the order of use, newest first */
	char *key;
	struct coexist_document *document;
	time_t put_time;
};

struct coexist_document_cache {
	unsigned int max_count;
	GHashTable *by_key;
	GQueue by_use;
};

static void cached_document_free(void *data)
{
	struct cached_document *cached = data;

	coexist_document_unref(cached->document);
	g_free(cached->key);
	g_free(cached);
}

struct coexist_document_cache *
coexist_document_cache_new(unsigned int max_count)
{
	struct coexist_document_cache *cache =
		g_new0(struct coexist_document_cache, 1);

	cache->max_count = max_count;
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

static void cache_remove_oldest(struct coexist_document_cache *cache)
{
	GList *link = g_queue_pop_tail_link(&cache->by_use);
	struct cached_document *cached = link->data;

	g_hash_table_remove(cache->by_key, cached->key);
}

static struct cached_document *
cache_add(struct coexist_document_cache *cache, const char *key)
{
	struct cached_document *cached;

	if (g_hash_table_size(cache->by_key) >= cache->max_count)
		cache_remove_oldest(cache);
	cached = g_new0(struct cached_document, 1);
	cached->link.data = cached;
	cached->key = g_strdup(key);
	g_hash_table_insert(cache->by_key, cached->key, cached);
	g_queue_push_head_link(&cache->by_use, &cached->link);
	return cached;
}

void coexist_document_cache_put(struct coexist_document_cache *cache,
				const char *key,
				struct coexist_document *document, time_t now)
{
	struct cached_document *cached =
		g_hash_table_lookup(cache->by_key, key);

	if (cached == NULL)
		cached = cache_add(cache, key);
	else
		cache_use(cache, cached);
	if (document != NULL)
		coexist_document_ref(document);
	coexist_document_unref(cached->document);
	cached->document = document;
	cached->put_time = now;
}

bool coexist_document_cache_get(struct coexist_document_cache *cache,
				const char *key, time_t since,
				struct coexist_document **document_r)
{
	struct cached_document *cached =
		g_hash_table_lookup(cache->by_key, key);

	if (cached == NULL || cached->put_time < since)
		return FALSE;
	cache_use(cache, cached);
	*document_r = cached->document;
	return TRUE;
}
