/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_STORE_ERROR_H
#define COEXIST_STORE_ERROR_H

struct coexist_log_repeat;
struct event;

/* An error of the store: a document that can't be read, or is none, or does not
   count. */

/* Logs the error, unless it was logged within the last minute, and sends the Dovecot
   event coexist_store_error, which has no rate limit, with the fields key, that of
   the store, and error. */
void coexist_store_error_report(struct coexist_log_repeat *log,
				struct event *event, const char *key,
				const char *error);

#endif
