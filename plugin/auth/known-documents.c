/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in known-documents.h. */

#include "lib.h"
#include "known-documents.h"
#include "ioloop.h"
#include "lib-event.h"
#include "time-util.h"
#include "document-cache.h"
#include "gate-keyring.h"
#include "log-repeat.h"
#include "logged-name.h"
#include "logged-value.h"
#include "lost-documents.h"
#include "policy-document.h"
#include "policy-document-texts.h"
#include "store-generation.h"

/* Bytes for what is remembered for the time when the store is away: a document
   of a few keys takes some 1 kB, that there is none 0.2 kB. */
#define MAX_SIZE (16 * 1024 * 1024)

#define LOGGED_TEXT_LENGTH 1024

#define ANSWER_USECS ((uint64_t)COEXIST_DOCUMENT_ANSWER_SECS * 1000000)

struct coexist_known_documents {
	struct event *event;
	struct coexist_log_repeat *log;

	struct coexist_document_cache *cache;
	/* of those that it had in this generation */
	struct coexist_lost_documents *lost;
	uint64_t generation_time;
	/* NULL unless the store keeps each document in a file */
	struct coexist_document_files *files;
	/* whose signatures count, or NULL if documents need none */
	struct coexist_gate_keyring *keyring;
	/* the file by which the store's generations are told, or NULL, the last
	   one, and how many there were */
	char *generation_path;
	struct coexist_store_generation generation;
	uint64_t generation_number;
	unsigned int generation_count;
	/* when this was refreshed last, in microseconds */
	uint64_t last_time;
};

/* Returns the time in microseconds. */
static uint64_t time_now(void)
{
	return (uint64_t)ioloop_timeval.tv_sec * 1000000 +
		(uint64_t)ioloop_timeval.tv_usec;
}

/* Without some of the keys, the documents that they signed count as unreadable:
   on_store_error says what logins get then. */
static void
log_keys(struct coexist_known_documents *known, const char *error)
{
	if (error != NULL && coexist_log_repeat_may(known->log, error))
		e_error(known->event, "coexist: %s", error);
}

struct coexist_known_documents *
coexist_known_documents_new(const struct coexist_site_config *config,
			    const char *files, const char *generation_path,
			    struct event *event,
			    struct coexist_log_repeat *log)
{
	struct coexist_known_documents *known;

	known = i_new(struct coexist_known_documents, 1);
	known->event = event;
	known->log = log;
	known->cache = coexist_document_cache_new(MAX_SIZE);
	known->lost = coexist_lost_documents_new();
	known->files = coexist_document_files_new(files);
	known->generation_path = i_strdup(generation_path);
	T_BEGIN {
		const char *error;

		known->keyring = coexist_gate_keyring_new(config, &error);
		log_keys(known, error);
	} T_END;
	return known;
}

void coexist_known_documents_free(struct coexist_known_documents *known)
{
	if (known == NULL)
		return;
	coexist_gate_keyring_free(known->keyring);
	coexist_document_files_free(known->files);
	coexist_document_cache_free(known->cache);
	coexist_lost_documents_free(known->lost);
	i_free(known->generation_path);
	i_free(known);
}

/* After the clock was put back, no time that was noted tells how long ago it
   was. */
static void check_clock(struct coexist_known_documents *known)
{
	uint64_t now = time_now();

	if (now < known->last_time)
		coexist_document_cache_forget_times(known->cache);
	known->last_time = now;
}

/* The store may have other documents by now. */
static void check_generation(struct coexist_known_documents *known)
{
	struct coexist_store_generation generation;

	if (known->generation_path == NULL)
		return;
	coexist_store_generation_get(known->generation_path, &generation);
	if (coexist_store_generation_equals(&generation, &known->generation))
		return;
	known->generation = generation;
	known->generation_number = coexist_store_generation_number(&generation);
	known->generation_count++;
	known->generation_time = time_now();
	coexist_lost_documents_clear(known->lost);
	coexist_document_cache_forget_ages(known->cache);
}

/* The keys that sign documents may be others by now. */
static void check_keys(struct coexist_known_documents *known)
{
	const char *error;

	switch (coexist_gate_keyring_refresh(known->keyring, ioloop_time,
					     &error)) {
	case COEXIST_GATE_KEYRING_SAME:
		break;
	case COEXIST_GATE_KEYRING_OTHERS:
		coexist_document_cache_clear(known->cache);
		break;
	case COEXIST_GATE_KEYRING_LOST:
		coexist_document_cache_forget_texts(known->cache);
		break;
	}
	log_keys(known, error);
}

uint64_t coexist_known_documents_get_new_generation(
	const struct coexist_known_documents *known)
{
	return coexist_store_generation_is_new(known->generation_number,
					       ioloop_time) ?
		known->generation_number : 0;
}

void coexist_known_documents_refresh(struct coexist_known_documents *known)
{
	check_clock(known);
	check_generation(known);
	if (known->keyring != NULL) T_BEGIN {
		check_keys(known);
	} T_END;
}

/* What is known */

enum coexist_document_known
coexist_known_documents_get(struct coexist_known_documents *known,
			    const char *key, bool may_be_old,
			    struct coexist_document_look *look_r,
			    struct coexist_document_texts **document_r)
{
	uint64_t now = time_now();

	if (may_be_old &&
	    coexist_document_cache_get(known->cache, key,
				       now - ANSWER_USECS, document_r))
		return COEXIST_DOCUMENT_KNOWN_LATELY;
	look_r->generation_count = known->generation_count;
	look_r->has_stamp = coexist_document_files_stamp(known->files, key,
							 ioloop_time,
							 &look_r->stamp);
	return look_r->has_stamp &&
		coexist_document_cache_get_unchanged(known->cache, key,
						     &look_r->stamp,
						     now, document_r) ?
		COEXIST_DOCUMENT_KNOWN_BY_FILE : COEXIST_DOCUMENT_NOT_KNOWN;
}

bool coexist_known_documents_get_last(struct coexist_known_documents *known,
				      const char *key,
				      struct coexist_document_texts **document_r)
{
	return coexist_document_cache_get(known->cache, key, /*since=*/0,
					  document_r);
}

/* What the store says */

/* Returns when the store's answer was true, 0 if the store was changed since: an
   answer that is remembered, but not new. The clock may have been put back since
   the store was asked. */
static uint64_t
time_asked(const struct coexist_known_documents *known,
	   const struct coexist_document_look *look)
{
	return look->generation_count != known->generation_count ? 0 :
		I_MIN(look->asked, time_now());
}

/* A late answer may be older than what was asked for later. */
static bool
is_outdated(struct coexist_known_documents *known, const char *key,
	    const struct coexist_document_look *look)
{
	struct coexist_document_texts *newer;

	return coexist_document_cache_get(known->cache, key,
					  time_asked(known, look) + 1, &newer);
}

/* The file may have come or gone between the look at it and the answer. */
static void
set_stamp(struct coexist_known_documents *known, const char *key,
	  const struct coexist_document_look *look, const char *text)
{
	if (look->has_stamp && look->stamp.exists == (text != NULL)) {
		coexist_document_cache_set_stamp(known->cache, key,
						 &look->stamp);
	}
}

static time_t boot_time(void)
{
	struct timespec ts;

	return clock_gettime(CLOCK_BOOTTIME, &ts) < 0 ? 0 : ts.tv_sec;
}

/* What was known of an earlier generation was replaced by doveadm. */
static void note_loss(struct coexist_known_documents *known, const char *key,
		      const struct coexist_document_texts *document)
{
	struct coexist_document_texts *before;

	if (coexist_document_cache_get(known->cache, key,
				       known->generation_time, &before) &&
	    (before != NULL || document != NULL)) {
		coexist_lost_documents_note(known->lost, key,
					    coexist_document_word(before),
					    coexist_document_word(document),
					    boot_time());
	}
}

const char *
coexist_known_documents_find_lost(const struct coexist_known_documents *known,
				  const char *key, time_t seconds)
{
	return coexist_lost_documents_find(known->lost, key,
					   boot_time() - seconds);
}

void coexist_known_documents_put(struct coexist_known_documents *known,
				 const char *key,
				 const struct coexist_document_look *look,
				 struct coexist_document_texts *document,
				 const char *text)
{
	if (is_outdated(known, key, look))
		return;
	note_loss(known, key, document);
	coexist_document_cache_put(known->cache, key, document, text,
				   time_asked(known, look));
	set_stamp(known, key, look, text);
}

/* What was read and trusted once need not be again: most logins find the same as
   the one before. Returns NULL if it is not the same. */
static struct coexist_document_texts *
put_again(struct coexist_known_documents *known, const char *key,
	  const struct coexist_document_look *look, const char *text)
{
	struct coexist_document_texts *document;

	if (is_outdated(known, key, look))
		return NULL;
	document = coexist_document_cache_put_again(known->cache, key, text,
						    time_asked(known, look));
	if (document == NULL)
		return NULL;
	set_stamp(known, key, look, text);
	return coexist_document_texts_ref(document);
}

static void
log_unknown_keys(struct coexist_known_documents *known, struct event *event,
		 const char *key, const struct coexist_document *document)
{
	const char *const *names = coexist_document_get_unknown(document);

	for (; *names != NULL; names++) T_BEGIN {
		const char *line =
			t_strdup_printf("Ignoring unknown key in %s: %s",
					coexist_logged_key(key),
					coexist_logged_value(*names));
		if (coexist_log_repeat_may(known->log, line))
			e_warning(event, "%s", line);
	} T_END;
}

enum coexist_document_trust
coexist_known_documents_read(struct coexist_known_documents *known,
			     struct event *event, const char *key,
			     const struct coexist_document_look *look,
			     const char *text,
			     struct coexist_document_texts **document_r,
			     const char **error_r)
{
	g_autoptr(coexist_document) document = NULL;
	enum coexist_document_trust trust;

	*error_r = NULL;
	*document_r = put_again(known, key, look, text);
	if (*document_r != NULL)
		return COEXIST_DOCUMENT_TRUSTED;
	trust = coexist_document_read_trusted(key, text,
		known->keyring == NULL ? NULL :
		coexist_gate_keyring_get(known->keyring), &document, error_r);
	if (document != NULL)
		*document_r = coexist_document_texts_new(document);
	if (trust == COEXIST_DOCUMENT_TRUSTED) {
		log_unknown_keys(known, event, key, document);
		coexist_known_documents_put(known, key, look, *document_r, text);
	}
	return trust;
}

const char *coexist_logged_key(const char *text)
{
	return coexist_printable(text, LOGGED_TEXT_LENGTH);
}
