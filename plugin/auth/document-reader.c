/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in document-reader.h. */

#include "lib.h"
#include "document-reader.h"
#include "ioloop.h"
#include "lib-event.h"
#include "llist.h"
#include "time-util.h"
#include "compat-master.h"
#include "compat-site.h"
#include "known-documents.h"
#include "policy-document-texts.h"
#include "policy-store.h"
#include "store-error.h"
#include "store-generation.h"

/* A store that answers takes milliseconds, but the dict process waits a minute
   for a database that is away. */
#define LOOKUP_TIMEOUT_SECS 3
/* Then nobody asks it for a while, unless it answers after all. Nor after a
   failure that took long: a driver's own timeout, and Redis' driver lets the
   whole process wait for it. Nor after one that came at once, as that of a
   server that is not there, if the marker can't be read, either: drivers log
   each failure. */
#define SILENCE_SECS 5
#define SLOW_FAILURE_USECS (400 * 1000)

#define FROM_STORE "from the store"
#define SILENT "The store does not answer"

/* A document that is being read. It lives until the store answers, also when
   nobody waits for that any more. */
struct coexist_document_read {
	struct coexist_document_read *prev, *next;

	struct coexist_document_reader *reader;
	struct timeout *to;
	char *key;
	enum coexist_document_read_flags flags;
	struct coexist_document_look look;

	/* NULL if nobody waits any more */
	coexist_document_callback_t *callback;
	void *context;
	/* of a login: of no use after it, as its prefix is made of the request */
	struct event *event;
};

struct coexist_document_reader {
	const struct coexist_site_config *config;
	struct event *event;
	struct coexist_log_repeat *log;

	struct coexist_store *store;
	struct coexist_known_documents *known;
	/* the store did not answer and is not asked again before this time */
	time_t silent_until;
	/* the marker is asked for, to find out about a failure */
	bool is_probing;
	/* opens the store anew after a failure */
	struct timeout *to_reopen;
	/* when the reader was asked last */
	time_t last_time;
	/* the store has not answered yet */
	struct coexist_document_read *reads;
};

static struct event *log_event(const struct coexist_document_read *read)
{
	return read->callback != NULL ? read->event : read->reader->event;
}

static void read_free(struct coexist_document_read *read)
{
	i_free(read->key);
	i_free(read);
}

/* Answers who waits, if anybody still does. from is where the answer is from. */
static void
read_answer(struct coexist_document_read *read, const char *from,
	    const struct coexist_document_answer *answer)
{
	coexist_document_callback_t *callback = read->callback;

	if (callback == NULL)
		return;
	if ((read->flags & COEXIST_DOCUMENT_READ_TRACED) != 0) {
		e_debug(read->event, "%s: %s (%s)",
			coexist_logged_key(read->key),
			coexist_document_answer_describe(answer),
			coexist_logged_key(from));
	}
	read->callback = NULL;
	callback(answer, read->context);
}

/* The log has each kind once a minute. unproved may be NULL. */
static void
read_fail(struct coexist_document_read *read, const char *kind,
	  const char *error, struct coexist_document_texts *unproved)
{
	struct coexist_document_answer answer;

	coexist_store_error_report(read->reader->log, log_event(read),
				   read->key, kind, error);
	if (read->callback == NULL)
		return;
	coexist_document_answer_failed(read->reader->known, read->key,
				       &answer);
	answer.unproved = unproved;
	read_answer(read, error, &answer);
}

/* Answers of the store */

static void
read_succeed(struct coexist_document_read *read,
	     struct coexist_document_texts *document, const char *text)
{
	struct coexist_document_answer answer;

	coexist_known_documents_put(read->reader->known, read->key, &read->look,
				    document, text);
	coexist_document_answer_found(document, &answer);
	read_answer(read, FROM_STORE, &answer);
}

static void document_found(struct coexist_document_read *read, const char *text)
{
	g_autoptr(coexist_document_texts) document = NULL;
	struct coexist_document_answer answer;
	const char *error;

	switch (coexist_known_documents_read(read->reader->known,
					     log_event(read), read->key,
					     &read->look, text, &document,
					     &error)) {
	case COEXIST_DOCUMENT_TRUSTED:
		coexist_document_answer_found(document, &answer);
		read_answer(read, FROM_STORE, &answer);
		break;
	case COEXIST_DOCUMENT_UNPROVED:
		read_fail(read, error, error, document);
		break;
	case COEXIST_DOCUMENT_REFUTED:
		read_fail(read, error, error, /*unproved=*/NULL);
		break;
	}
}

/* Whatever is in it: it vouches for nothing else. */
static void marker_found(struct coexist_document_read *read, const char *text)
{
	g_autoptr(coexist_document_texts) marker =
		coexist_document_texts_new_empty();

	read_succeed(read, marker, text);
}

static void read_found(struct coexist_document_read *read, const char *text)
{
	if ((read->flags & COEXIST_DOCUMENT_READ_MARKER) != 0) {
		marker_found(read, text);
		return;
	}
	T_BEGIN {
		document_found(read, text);
	} T_END;
}

/* Returns TRUE if the read is the caller's now. Nobody tells what an answer is
   worth that comes late. */
static bool read_not_found(struct coexist_document_read *read)
{
	const struct coexist_document_answer answer = {
		.outcome = COEXIST_DOCUMENT_NOT_FOUND,
		.read = read
	};

	if ((read->flags & COEXIST_DOCUMENT_READ_MARKER) != 0) {
		read_succeed(read, /*document=*/NULL, /*text=*/NULL);
		return FALSE;
	}
	if (read->callback == NULL)
		return FALSE;
	read_answer(read, FROM_STORE, &answer);
	return TRUE;
}

/* Silence of the store */

static void store_was_silent(struct coexist_document_reader *reader)
{
	reader->silent_until = ioloop_time + SILENCE_SECS;
}

static void store_answered(struct coexist_document_reader *reader)
{
	reader->silent_until = 0;
}

/* Waits no longer for the answer. */
static void
read_give_up(struct coexist_document_read *read, const char *why)
{
	timeout_remove(&read->to);
	T_BEGIN {
		read_fail(read, why,
			  t_strdup_printf("Can't look up %s: %s", read->key,
					  why),
			  /*unproved=*/NULL);
	} T_END;
}

static void read_timeout(struct coexist_document_read *read)
{
	store_was_silent(read->reader);
	read_give_up(read, "No answer within "
		     G_STRINGIFY(LOOKUP_TIMEOUT_SECS)" seconds");
}

static void
probe_callback(enum coexist_store_status status, const char *text ATTR_UNUSED,
	       const char *error ATTR_UNUSED, void *context)
{
	struct coexist_document_reader *reader = context;

	reader->is_probing = FALSE;
	if (status == COEXIST_STORE_FAILED)
		store_was_silent(reader);
}

/* Finds out whether the store has failed, or one document of it alone, by the
   marker, which each store has. Files fail alone. */
static void store_probe(struct coexist_document_reader *reader)
{
	if (reader->store->files != NULL || reader->is_probing)
		return;
	reader->is_probing = TRUE;
	coexist_store_lookup(reader->store, COEXIST_STORE_KEY_MARKER,
			     probe_callback, reader);
}

static void store_reopen(struct coexist_document_reader *reader)
{
	timeout_remove(&reader->to_reopen);
	if (reader->reads == NULL && !reader->is_probing) T_BEGIN {
		coexist_store_reopen(reader->store, reader->config,
				     reader->event);
	} T_END;
}

/* Redis' driver takes the next answers, also those of other connections, for the
   rest of one that was cut off, however long that is (bytes_left in dict-redis.c).
   Not at once: the driver may be calling. */
static void store_reopen_later(struct coexist_document_reader *reader)
{
	if (reader->store->files == NULL && reader->to_reopen == NULL)
		reader->to_reopen = timeout_add_short(0, store_reopen, reader);
}

static void store_failed(struct coexist_document_reader *reader, uint64_t took)
{
	store_reopen_later(reader);
	if (took >= SLOW_FAILURE_USECS)
		store_was_silent(reader);
	else if (reader->silent_until <= ioloop_time)
		store_probe(reader);
}

/* The failure of a store that is away is the same for all documents, that of a
   file is its own. */
static void store_fail(struct coexist_document_read *read, const char *error)
{
	T_BEGIN {
		read_fail(read, read->reader->store->files != NULL ? error :
			  coexist_store_error_kind(read->key, error), error,
			  /*unproved=*/NULL);
	} T_END;
}

static void
store_callback(enum coexist_store_status status, const char *text,
	       const char *error, void *context)
{
	struct coexist_document_read *read = context;
	uint64_t now = i_microseconds();
	uint64_t took = now < read->look.asked ? 0 : now - read->look.asked;

	timeout_remove(&read->to);
	DLLIST_REMOVE(&read->reader->reads, read);
	switch (status) {
	case COEXIST_STORE_FOUND:
		store_answered(read->reader);
		read_found(read, text);
		break;
	case COEXIST_STORE_NOT_FOUND:
		store_answered(read->reader);
		if (read_not_found(read))
			return;
		break;
	case COEXIST_STORE_GARBAGE:
	case COEXIST_STORE_FAILED:
		/* a late one: its silence was noted, and may be over */
		if (read->callback != NULL)
			store_failed(read->reader, took);
		store_fail(read, error);
		break;
	}
	read_free(read);
}

/* Asking */

static void store_ask(const struct coexist_document_read *new_read)
{
	struct coexist_document_reader *reader = new_read->reader;
	struct coexist_document_read *read;

	read = i_new(struct coexist_document_read, 1);
	*read = *new_read;
	read->key = i_strdup(new_read->key);
	read->look.asked = i_microseconds();
	read->to = timeout_add(LOOKUP_TIMEOUT_SECS * 1000, read_timeout, read);
	DLLIST_PREPEND(&reader->reads, read);
	coexist_store_lookup(reader->store, read->key, store_callback, read);
}

/* Answers at once by what is known. Returns FALSE if the store must be asked. */
static bool read_is_known(struct coexist_document_read *read)
{
	bool may_be_old = (read->flags & COEXIST_DOCUMENT_READ_MAY_BE_OLD) != 0;
	struct coexist_document_answer answer;
	struct coexist_document_texts *document;
	const char *from = "";

	switch (coexist_known_documents_get(read->reader->known, read->key,
					    may_be_old, &read->look,
					    &document)) {
	case COEXIST_DOCUMENT_KNOWN_LATELY:
		from = "read a moment ago";
		break;
	case COEXIST_DOCUMENT_KNOWN_BY_FILE:
		from = "its file has not changed";
		break;
	case COEXIST_DOCUMENT_NOT_KNOWN:
		return FALSE;
	}
	coexist_document_answer_found(document, &answer);
	read_answer(read, from, &answer);
	return TRUE;
}

void coexist_document_reader_ask(struct coexist_document_reader *reader,
				 struct event *event, const char *key,
				 enum coexist_document_read_flags flags,
				 coexist_document_callback_t *callback,
				 void *context)
{
	struct coexist_document_read read = {
		.reader = reader,
		.key = (char *)key,
		.flags = flags,
		.callback = callback,
		.context = context,
		.event = event
	};

	if (read_is_known(&read))
		return;
	if (reader->silent_until > ioloop_time)
		read_fail(&read, SILENT, SILENT, /*unproved=*/NULL);
	else
		store_ask(&read);
}

bool coexist_document_read_was_there(const struct coexist_document_read *read)
{
	struct coexist_document_texts *document;

	return coexist_known_documents_get_last(read->reader->known, read->key,
						&document) && document != NULL;
}

void coexist_document_read_absent(struct coexist_document_read **_read)
{
	struct coexist_document_read *read = *_read;

	*_read = NULL;
	coexist_known_documents_put(read->reader->known, read->key, &read->look,
				    /*document=*/NULL, /*text=*/NULL);
	read_free(read);
}

void coexist_document_read_last_known(struct coexist_document_read **_read,
				      struct coexist_document_answer *answer_r)
{
	struct coexist_document_read *read = *_read;

	*_read = NULL;
	coexist_document_answer_failed(read->reader->known, read->key,
				       answer_r);
	read_free(read);
}

/* The reader */

int coexist_document_reader_new(const struct coexist_site_config *config,
				struct event *event,
				struct coexist_log_repeat *log,
				struct coexist_document_reader **reader_r,
				const char **error_r)
{
	struct coexist_document_reader *reader;
	struct coexist_store *store;
	int ret;

	ret = coexist_store_open(config, event, &store, error_r);
	if (ret == 0) {
		*error_r = t_strconcat(*error_r, ". Add, for example, "
				       COEXIST_REMEDY_STORE, NULL);
	}
	if (ret <= 0)
		return -1;
	reader = i_new(struct coexist_document_reader, 1);
	reader->config = config;
	reader->event = event;
	reader->log = log;
	reader->store = store;
	T_BEGIN {
		const char *generation_path =
			t_strconcat(coexist_compat_base_dir(),
				    "/"COEXIST_STORE_GENERATION_FILE, NULL);

		reader->known = coexist_known_documents_new(config,
			store->files, generation_path, event, log);
	} T_END;
	*reader_r = reader;
	return 0;
}

void coexist_document_reader_end(struct coexist_document_reader *reader)
{
	struct coexist_document_read *read, *next;

	/* who has waited for the last document asks for nothing more */
	store_was_silent(reader);
	for (read = reader->reads; read != NULL; read = next) {
		next = read->next;
		if (read->callback != NULL)
			read_give_up(read, "The auth process ends");
	}
}

void coexist_document_reader_free(struct coexist_document_reader *reader)
{
	if (reader == NULL)
		return;
	/* may still answer what nobody waits for */
	coexist_store_close(&reader->store);
	timeout_remove(&reader->to_reopen);
	coexist_known_documents_free(reader->known);
	i_free(reader);
}

const char *
coexist_document_reader_find_lost(const struct coexist_document_reader *reader,
				  const char *key, time_t seconds)
{
	return coexist_known_documents_find_lost(reader->known, key, seconds);
}

uint64_t coexist_document_reader_get_new_generation(
	const struct coexist_document_reader *reader)
{
	return coexist_known_documents_get_new_generation(reader->known);
}

void coexist_document_reader_refresh(struct coexist_document_reader *reader)
{
	/* after the clock was put back, the time tells nothing */
	if (ioloop_time < reader->last_time)
		reader->silent_until = 0;
	reader->last_time = ioloop_time;
	coexist_known_documents_refresh(reader->known);
}
