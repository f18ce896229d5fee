/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_RETENTION_RUN_H
#define COEXIST_RETENTION_RUN_H

#include "coexist/policy-keys.h"
#include "mail-index.h"
#include "retention-announcement.h"
#include "retention-result.h"

/* A run of retention over one mailbox, which retention.c begins and ends. */
struct coexist_retention {
	struct mail_user *user;
	struct mailbox *box;
	/* NULL if messages are not moved */
	struct mailbox *target;
	enum coexist_delete action;
	coexist_retention_is_stopped_t *is_stopped;
	bool dry_run, stopped;

	uint32_t uidvalidity;
	uint32_t time_id;
	/* of POP3_DOWNLOADED_KEYWORD */
	unsigned int keyword_idx;
	bool has_keyword;
	ARRAY_TYPE(keyword_indexes) keywords;

	/* UIDs of what is due, in ascending order */
	ARRAY_TYPE(uint32_t) due;
	/* whether they may go */
	struct coexist_announcement announcement;
	char *error_text;
	struct coexist_retention_result *result;
};

/* Returns TRUE if the run is to stop, from the first time on that the caller
   says so. */
bool coexist_retention_is_stopped(struct coexist_retention *ret);

/* Returns TRUE if what is due is moved, FALSE if it is gone for good. */
bool coexist_retention_is_moving(const struct coexist_retention *ret);
/* Notes and logs the error of the mailbox. */
void coexist_retention_fail(struct coexist_retention *ret, struct mailbox *box);

#endif
