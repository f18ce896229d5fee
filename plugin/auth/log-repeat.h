/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LOG_REPEAT_H
#define COEXIST_LOG_REPEAT_H

struct coexist_log_repeat;
struct event;

/* Rate limit of the log: each line at most once a minute, or clients that try
   again and again would fill it. */

struct coexist_log_repeat *coexist_log_repeat_new(void);
/* NULL is allowed. */
void coexist_log_repeat_free(struct coexist_log_repeat *log);

/* Returns TRUE if this line was not logged within the last minute, and notes that
   it is now. What was logged before the clock was put back does not count. */
bool coexist_log_repeat_may(struct coexist_log_repeat *log, const char *line);
/* Logs the line if it may, as information. Not for a request's event: that one
   drops such lines unless auth_verbose is set. */
void coexist_log_repeat_info(struct coexist_log_repeat *log,
			     struct event *event, const char *line);

#endif
