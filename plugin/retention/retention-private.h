#ifndef COEXIST_RETENTION_PRIVATE_H
#define COEXIST_RETENTION_PRIVATE_H

#include "coexist/policy-keys.h"
#include "mail-index.h"
#include "retention.h"
#include "retention-announcement.h"

struct mail;

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

/* retention-due.c: returns when the message was downloaded if it is due, else
   0. */
uint32_t coexist_due_since(struct coexist_retention *ret, struct mail *mail,
			   uint32_t seq);

/* retention-batch.c: moves or expunges what is due, unless it is stopped. Returns
   0, or -1 after logging. */
int coexist_retention_batches_run(struct coexist_retention *ret);

/* retention-result.c */

/* Counts a message that leaves. */
void coexist_result_add(struct coexist_retention *ret, struct mail *mail,
			uint32_t downloaded);
/* Removes from the result what did not leave after all. */
void coexist_result_take_back(struct coexist_retention_result *result,
			      const struct coexist_retention_result *before,
			      const ARRAY_TYPE(uint32_t) *uids);
/* What is due waits, 0 being no time in particular. A run that only looks has
   counted it as if it went. */
void coexist_result_wait(struct coexist_retention *ret, uint64_t until);
/* Logs what has left, with the event of expiry. */
void coexist_result_report(const struct coexist_retention *ret);

#endif
