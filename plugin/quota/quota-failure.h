/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_FAILURE_H
#define COEXIST_QUOTA_FAILURE_H

struct mail_user;

/* Failures to count a quota, and the rate limit of their log: once a day for a
   mailbox, or each delivery would repeat what Dovecot has said. */

/* Logs a failure, whenever the last one was. */
void coexist_quota_failure_log(struct mail_user *user, const char *error);
/* Logs a failure if the state, with this text, says that the last one was a day
   ago, and remembers it. A state that can't be written (writable is FALSE) limits
   nothing. */
void coexist_quota_failure_log_daily(struct mail_user *user, const char *state,
				     bool writable, const char *error);

#endif
