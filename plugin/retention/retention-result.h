/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_RETENTION_RESULT_H
#define COEXIST_RETENTION_RESULT_H

#include "mail-error.h"
#include "seq-range-array.h"

/* The result of a run of retention, and the caller's word to stop it. */

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

#endif
