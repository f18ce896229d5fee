/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-document-texts.h. */

#include "policy-document-texts.h"
#include "policy-document.h"

#include <string.h>

/* What the allocator adds to a snapshot's three blocks. */
#define ALLOCATIONS_SIZE (3 * 16)

/* 2027-01-31T12:00:00Z */
#define UPDATED_LENGTH 20

struct coexist_document_texts {
	char updated[UPDATED_LENGTH + 1];
	/* indexed by enum coexist_key, NULL where there is none */
	const char *texts[COEXIST_KEY_COUNT];
	/* what they lie in */
	char *block;
	/* what they say */
	struct coexist_scope_entry *entries;
	unsigned int entry_count;
	size_t size;
};

static size_t block_size(const struct coexist_document *document)
{
	size_t size = 0;
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		const char *text = coexist_document_get(document, i);

		if (text != NULL)
			size += strlen(text) + 1;
	}
	return size;
}

static void
texts_copy(struct coexist_document_texts *texts,
	   const struct coexist_document *document)
{
	char *end;
	unsigned int i;

	texts->size = block_size(document);
	texts->block = end = g_malloc(texts->size);
	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		const char *text = coexist_document_get(document, i);

		if (text == NULL)
			continue;
		texts->texts[i] = end;
		end = g_stpcpy(end, text) + 1;
	}
}

static void
updated_copy(struct coexist_document_texts *texts,
	     const struct coexist_document *document)
{
	const char *updated = coexist_document_get_meta(document, "updated");

	if (updated != NULL && strlen(updated) == UPDATED_LENGTH &&
	    strspn(updated, "0123456789-:TZ") == UPDATED_LENGTH)
		memcpy(texts->updated, updated, UPDATED_LENGTH);
}

static void entries_read(struct coexist_document_texts *texts)
{
	struct coexist_scope_entry entries[COEXIST_SCOPE_ENTRY_MAX];
	struct coexist_scope scope;
	size_t size;

	coexist_document_texts_init_scope(texts, /* scope_name: */ NULL,
					  &scope);
	texts->entry_count = coexist_scope_read_all(&scope, entries);
	if (texts->entry_count == 0)
		return;
	size = texts->entry_count * sizeof(*entries);
	texts->entries = g_malloc(size);
	memcpy(texts->entries, entries, size);
	texts->size += size;
}

struct coexist_document_texts *coexist_document_texts_new_empty(void)
{
	return g_rc_box_new0(struct coexist_document_texts);
}

struct coexist_document_texts *
coexist_document_texts_new(const struct coexist_document *document)
{
	struct coexist_document_texts *texts =
		coexist_document_texts_new_empty();

	texts_copy(texts, document);
	updated_copy(texts, document);
	entries_read(texts);
	return texts;
}

struct coexist_document_texts *
coexist_document_texts_ref(struct coexist_document_texts *texts)
{
	return g_rc_box_acquire(texts);
}

static void texts_clear(void *data)
{
	struct coexist_document_texts *texts = data;

	g_free(texts->block);
	g_free(texts->entries);
}

void coexist_document_texts_unref(struct coexist_document_texts *texts)
{
	if (texts != NULL)
		g_rc_box_release_full(texts, texts_clear);
}

const char *
coexist_document_texts_get(const struct coexist_document_texts *texts,
			   enum coexist_key key)
{
	return texts->texts[key];
}

const char *
coexist_document_texts_get_updated(const struct coexist_document_texts *texts)
{
	return texts->updated;
}

size_t
coexist_document_texts_get_size(const struct coexist_document_texts *texts)
{
	return sizeof(*texts) + texts->size + ALLOCATIONS_SIZE;
}

static const char *scope_get(void *context, enum coexist_key key)
{
	const struct coexist_document_texts *texts = context;

	return texts->texts[key];
}

void
coexist_document_texts_init_scope(const struct coexist_document_texts *texts,
				  const char *scope_name,
				  struct coexist_scope *scope_r)
{
	*scope_r = (struct coexist_scope){ .name = scope_name };
	if (texts == NULL)
		return;
	scope_r->get = scope_get;
	scope_r->context = (void *)texts;
	scope_r->entries = texts->entries;
	scope_r->entry_count = texts->entry_count;
}
