/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_STORE_ERROR_H
#define COEXIST_STORE_ERROR_H

struct coexist_log_repeat;
struct event;

/* An error of the store: a document that can't be read, or is none, or does not
   count. */

/* Logs the error, unless one of this kind was logged within the last minute, and
   sends the Dovecot event coexist_store_error, which has no rate limit, with the
   fields key, that of the store, and error. */
void coexist_store_error_report(struct coexist_log_repeat *log,
				struct event *event, const char *key,
				const char *kind, const char *error);

/* Returns the kind of an error that is the store's, and not the document's: its
   words without the key, and without numbers, such as how long it took. It is on
   the data stack. */
const char *coexist_store_error_kind(const char *key, const char *error);

#endif
