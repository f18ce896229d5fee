/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_DOCUMENT_READER_H
#define COEXIST_DOCUMENT_READER_H

#include "document-answer.h"

struct coexist_document_reader;
struct coexist_log_repeat;
struct coexist_site_config;
struct event;

/* The reader of policy documents, with its cache: what was read a moment ago, or
   from a file that is still the same, is not read again; a store that is silent
   is left alone for a while (back-off); and what can't be read is answered with
   what it was last. */

typedef void
coexist_document_callback_t(const struct coexist_document_answer *answer,
			    void *context);

/* The configuration, the event and the log must outlive the reader. Returns 0, or
   -1 and an error. */
int coexist_document_reader_new(const struct coexist_site_config *config,
				struct event *event,
				struct coexist_log_repeat *log,
				struct coexist_document_reader **reader_r,
				const char **error_r);
/* Answers those who wait as if the store had failed. */
void coexist_document_reader_end(struct coexist_document_reader *reader);
/* NULL is allowed. Nobody may wait any more. */
void coexist_document_reader_free(struct coexist_document_reader *reader);

/* Takes into account what may have changed since the last login: the clock, by
   which answers are new, the store's generation, and the keys, by which documents
   count. To be called before a login's documents are read. */
void coexist_document_reader_refresh(struct coexist_document_reader *reader);
/* Returns the word that a document had before it was lost within so many seconds, as
   lost-documents.h says, or NULL. It lives until something is read. */
const char *
coexist_document_reader_find_lost(const struct coexist_document_reader *reader,
				  const char *key, time_t seconds);
/* Returns the number of the store's generation as it was then if that is new by now
   (store-generation.h), else 0. */
uint64_t coexist_document_reader_get_new_generation(
	const struct coexist_document_reader *reader);

enum coexist_document_read_flags {
	/* An answer may be as old as COEXIST_DOCUMENT_ANSWER_SECS. */
	COEXIST_DOCUMENT_READ_MAY_BE_OLD = 0x01,
	/* It is no document: nothing counts but whether it is there, and if it
	   is not found, it is not there. */
	COEXIST_DOCUMENT_READ_MARKER = 0x02,
	/* The event logs what there was, if it logs such things at all. */
	COEXIST_DOCUMENT_READ_TRACED = 0x04
};

/* Reads the document with the store's key. The callback is called once, perhaps
   before this returns, and after some seconds at the latest. Failures are logged
   with the event, which must live until then. */
void coexist_document_reader_ask(struct coexist_document_reader *reader,
				 struct event *event, const char *key,
				 enum coexist_document_read_flags flags,
				 coexist_document_callback_t *callback,
				 void *context);

/* Returns TRUE if what was not found was there when it was read last. */
bool coexist_document_read_was_there(const struct coexist_document_read *read);
/* Remembers that it is not there. */
void coexist_document_read_absent(struct coexist_document_read **read);
/* The store can't be relied on: gets the answer for a failure. */
void coexist_document_read_last_known(struct coexist_document_read **read,
				      struct coexist_document_answer *answer_r);

#endif
