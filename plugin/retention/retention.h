/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_RETENTION_H
#define COEXIST_RETENTION_H

#include "retention-result.h"

struct mail_user;

/* Retention (pop3_keep_days): messages that POP3 downloaded so many days ago leave
   the mailbox (doc/pop3-keep-days.md), to where pop3_delete moves messages, or for
   good. If the mailbox's owner has to be told first (retention-brake.h), the run
   tells, and messages wait.

   A run takes small steps, each of them complete: the next run does the rest of
   one that was stopped. */

enum coexist_retention_flags {
	/* only look */
	COEXIST_RETENTION_DRY_RUN	= 0x01,
	/* nothing waits */
	COEXIST_RETENTION_NOW		= 0x02,
	/* the maildrop was open just now: nobody need look whether there is one */
	COEXIST_RETENTION_EXISTS	= 0x04
};

enum coexist_retention_status {
	/* the user's policy does not want it */
	COEXIST_RETENTION_OFF,
	/* nothing was done: there may be policy documents that can't be read */
	COEXIST_RETENTION_UNKNOWN,
	COEXIST_RETENTION_DONE,
	/* a part was done: the process is to stop */
	COEXIST_RETENTION_STOPPED,
	/* nothing was done: another process is at it */
	COEXIST_RETENTION_BUSY,
	/* not all could be done, which was logged */
	COEXIST_RETENTION_FAILED
};

/* Expires what is due in the user's POP3 maildrop. Needs the user's namespaces.
   Free the result with coexist_retention_result_free(). */
enum coexist_retention_status
coexist_retention_run(struct mail_user *user,
		      enum coexist_retention_flags flags,
		      coexist_retention_is_stopped_t *is_stopped,
		      struct coexist_retention_result *result_r);
void coexist_retention_result_free(struct coexist_retention_result *result);

#endif
