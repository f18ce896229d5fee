/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in lost-documents.h. */

#include "lib.h"
#include "lost-documents.h"
#include "policy-document-texts.h"

#include <ctype.h>

/* Those of a few domains: more at a time are a store that somebody empties. */
#define MAX_LOSSES 64
/* A time takes 20 bytes. */
#define MAX_WORD_LENGTH 64
#define UNKNOWN "unknown"

struct loss {
	/* NULL if there is none */
	char *key, *before;
	time_t time;
};

struct coexist_lost_documents {
	struct loss losses[MAX_LOSSES];
	unsigned int next;
};

const char *coexist_document_word(const struct coexist_document_texts *document)
{
	const char *updated;

	if (document == NULL)
		return COEXIST_DOCUMENT_WORD_NONE;
	updated = coexist_document_texts_get_updated(document);
	return *updated == '\0' || strlen(updated) > MAX_WORD_LENGTH ||
		strchr(updated, '/') != NULL ? UNKNOWN : updated;
}

static bool is_none(const char *word)
{
	return strcmp(word, COEXIST_DOCUMENT_WORD_NONE) == 0;
}

bool coexist_document_has_gone(const char *before, const char *now)
{
	return is_none(now) && !is_none(before);
}

bool coexist_document_is_older(const char *before, const char *now)
{
	return i_isdigit(*before) && i_isdigit(*now) && strcmp(now, before) < 0;
}

struct coexist_lost_documents *coexist_lost_documents_new(void)
{
	return i_new(struct coexist_lost_documents, 1);
}

static void loss_free(struct loss *loss)
{
	i_free(loss->key);
	i_free(loss->before);
}

void coexist_lost_documents_clear(struct coexist_lost_documents *lost)
{
	unsigned int i;

	for (i = 0; i < MAX_LOSSES; i++)
		loss_free(&lost->losses[i]);
}

void coexist_lost_documents_free(struct coexist_lost_documents *lost)
{
	if (lost == NULL)
		return;
	coexist_lost_documents_clear(lost);
	i_free(lost);
}

static const struct loss *
loss_find(const struct coexist_lost_documents *lost, const char *key)
{
	unsigned int i;

	for (i = 0; i < MAX_LOSSES; i++) {
		if (null_strcmp(lost->losses[i].key, key) == 0)
			return &lost->losses[i];
	}
	return NULL;
}

static bool is_lost(const char *before, const char *now)
{
	return coexist_document_has_gone(before, now) ||
		coexist_document_is_older(before, now);
}

void coexist_lost_documents_note(struct coexist_lost_documents *lost,
				 const char *key, const char *before,
				 const char *now, time_t time)
{
	struct loss *loss = (struct loss *)loss_find(lost, key);

	if (loss != NULL) {
		/* what was lost is back, or was lost further */
		if (!is_lost(loss->before, now))
			loss_free(loss);
		return;
	}
	if (!is_lost(before, now))
		return;
	loss = &lost->losses[lost->next++ % MAX_LOSSES];
	loss_free(loss);
	loss->key = i_strdup(key);
	loss->before = i_strdup(before);
	loss->time = time;
}

const char *coexist_lost_documents_find(const struct coexist_lost_documents *lost,
					const char *key, time_t since)
{
	const struct loss *loss = loss_find(lost, key);

	return loss == NULL || loss->time < since ? NULL : loss->before;
}
