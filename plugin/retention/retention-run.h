/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_RETENTION_RUN_H
#define COEXIST_RETENTION_RUN_H

#include "coexist/policy-keys.h"
#include "mail-index.h"
#include "retention-announcement.h"
#include "retention-result.h"

struct coexist_policy;

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

/* Returns what becomes of what is due: as pop3_delete says, but what goes because the
   owner of the mailbox chose so goes no further than to the Trash. */
enum coexist_delete
coexist_retention_action(const struct coexist_policy *policy);
/* Returns TRUE if what is due is moved, FALSE if it is gone for good. */
bool coexist_retention_is_moving(const struct coexist_retention *ret);
/* Judges whether what is due, of so many messages, may go. The announcement has
   its mailbox and notice_days already. */
enum coexist_brake_action
coexist_retention_judge(struct coexist_retention *ret, unsigned int due,
			unsigned int messages);
/* Returns TRUE if, by that, something is to be removed, told or remembered. */
bool coexist_retention_has_work(const struct coexist_retention *ret,
				unsigned int due);
/* Traces the judgement. */
void coexist_retention_trace(const struct coexist_retention *ret,
			     unsigned int due, unsigned int messages);
/* Notes and logs the error of the mailbox. */
void coexist_retention_fail(struct coexist_retention *ret, struct mailbox *box);

#endif
