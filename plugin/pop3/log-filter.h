/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LOG_FILTER_H
#define COEXIST_LOG_FILTER_H

/* A log filter for one error that Dovecot is about to log and that is none: why
   the maildrop of a refused login could not be opened. Whoever waits for errors
   would be woken by a client that asks too often. */

/* Drops the next error of the process if it has the words, which must be a
   constant. Any other error is logged, and ends the filter too. */
void coexist_log_filter_drop_next(const char *words);
/* Ends the filter, before the module is unloaded. */
void coexist_log_filter_deinit(void);

#endif
