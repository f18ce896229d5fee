#ifndef COEXIST_RETENTION_H
#define COEXIST_RETENTION_H

#include "mail-error.h"
#include "seq-range-array.h"

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
	COEXIST_RETENTION_NOW		= 0x02
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

/* Returns TRUE if the process is to stop. Asked between messages and between
   batches; nobody runs the ioloop meanwhile, which would tell about signals. */
typedef bool coexist_retention_is_stopped_t(void);

struct coexist_retention_result {
	/* pop3_keep_days */
	unsigned int keep_days;
	/* How many messages left the mailbox, and how many of these were moved.
	   With DRY_RUN: would. */
	unsigned int expired, moved;
	/* How many were to be moved and could not be */
	unsigned int stayed;
	/* How many are due and wait, and until when, 0 if the owner could not be
	   told. With DRY_RUN: would, if they had to. */
	unsigned int waiting;
	time_t until;
	/* The bytes of those that left, and when the one of them that was
	   downloaded first was; 0 if there were none */
	uint64_t size;
	uint32_t oldest;
	/* Their UIDs */
	ARRAY_TYPE(seq_range) uids;
	/* Why it failed */
	enum mail_error error;
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
