/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dovecot's alloc-only memory pools (lib/mempool.h) for AddressSanitizer, in the place of
   those in libdovecot: each allocation is one of its own, so it sees what reads or writes
   beyond it, after it was freed or grown, or after its pool has ended. Not compiled with
   the sanitizer itself: it may read what it poisons. */

#include "lib.h"

#include <stdlib.h>

/* Tells AddressSanitizer that nobody may use the memory until it is freed. */
extern void
__asan_poison_memory_region(const volatile void *memory, size_t size);

/* Since 2.4: ends the references that pool_add_external_ref() has made. */
extern void pool_external_refs_unref(pool_t pool) __attribute__((weak));

/* What is before the memory that the pool's user gets, who then may not look at it. */
struct allocation {
	struct allocation *prev, *next;
	size_t size;
	/* Itself: what is before any other memory looks different. */
	struct allocation *self;
};

struct separate_pool {
	struct pool pool;
	unsigned int refcount;
	bool clean;
	char *name;
	struct allocation *allocations;
	size_t used;
};

static struct separate_pool *separate(pool_t pool)
{
	return (struct separate_pool *)pool;
}

static const char *separate_get_name(pool_t pool)
{
	return separate(pool)->name;
}

static void separate_ref(pool_t pool)
{
	separate(pool)->refcount++;
}

static void *separate_malloc(pool_t pool, size_t size)
{
	struct separate_pool *apart = separate(pool);
	struct allocation *allocation = calloc(1, sizeof(*allocation) + size);

	if (allocation == NULL)
		abort();
	allocation->self = allocation;
	allocation->size = size;
	allocation->next = apart->allocations;
	if (allocation->next != NULL)
		allocation->next->prev = allocation;
	apart->allocations = allocation;
	apart->used += size;
	__asan_poison_memory_region(allocation, sizeof(*allocation));
	return allocation + 1;
}

static void separate_free(pool_t pool, void *memory)
{
	struct separate_pool *apart = separate(pool);
	struct allocation *allocation = (struct allocation *)memory - 1;

	/* Dovecot frees values of headers, which are parts of allocations: in
	   libdovecot's that does nothing. */
	if (allocation->self != allocation)
		return;
	if (allocation->prev != NULL)
		allocation->prev->next = allocation->next;
	else
		apart->allocations = allocation->next;
	if (allocation->next != NULL)
		allocation->next->prev = allocation->prev;
	apart->used -= allocation->size;
	if (apart->clean)
		memset(memory, 0, allocation->size);
	allocation->self = NULL;
	free(allocation);
}

static void *
separate_realloc(pool_t pool, void *memory, size_t old_size, size_t new_size)
{
	void *grown;

	/* as in libdovecot's, which never shrinks */
	if (new_size <= old_size)
		return memory;
	grown = separate_malloc(pool, new_size);
	memcpy(grown, memory, old_size);
	separate_free(pool, memory);
	return grown;
}

static void separate_clear(pool_t pool)
{
	while (separate(pool)->allocations != NULL)
		separate_free(pool, separate(pool)->allocations + 1);
}

static void separate_unref(pool_t *pool)
{
	struct separate_pool *apart = separate(*pool);

	*pool = NULL;
	if (--apart->refcount > 0)
		return;
	if (pool_external_refs_unref != NULL)
		pool_external_refs_unref(&apart->pool);
	separate_clear(&apart->pool);
	free(apart->name);
	free(apart);
}

/* Nothing grows where it is. */
static size_t separate_get_max_easy_alloc_size(pool_t pool ATTR_UNUSED)
{
	return 0;
}

static const struct pool_vfuncs separate_vfuncs = {
	.get_name = separate_get_name,
	.ref = separate_ref,
	.unref = separate_unref,
	.malloc = separate_malloc,
	.free = separate_free,
	.realloc = separate_realloc,
	.clear = separate_clear,
	.get_max_easy_alloc_size = separate_get_max_easy_alloc_size,
};

static pool_t separate_create(const char *name, bool clean)
{
	struct separate_pool *apart = calloc(1, sizeof(*apart));

	if (apart == NULL)
		abort();
	apart->pool.v = &separate_vfuncs;
	apart->pool.alloconly_pool = TRUE;
	apart->refcount = 1;
	apart->clean = clean;
	apart->name = strdup(name);
	return &apart->pool;
}

pool_t pool_alloconly_create(const char *name, size_t size ATTR_UNUSED)
{
	return separate_create(name, FALSE);
}

pool_t pool_alloconly_create_clean(const char *name, size_t size ATTR_UNUSED)
{
	return separate_create(name, TRUE);
}

size_t pool_alloconly_get_total_used_size(pool_t pool)
{
	return separate(pool)->used;
}

size_t pool_alloconly_get_total_alloc_size(pool_t pool)
{
	return separate(pool)->used;
}
