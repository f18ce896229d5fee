/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_RETENTION_NOTICE_H
#define COEXIST_RETENTION_NOTICE_H

struct mailbox;

/* The notice of retention: the owner of a mailbox is told before messages leave. */
struct coexist_retention_notice {
	/* pop3_keep_days, and how many messages are due by it */
	uint64_t keep_days, count;
	/* from when on they go */
	time_t from;
	/* the mailbox to which they are moved, or NULL if they are deleted */
	const char *target;
};

/* Puts the notice into the INBOX, by the rules of coexist_notice_send(). Returns
   0, or -1 after logging a warning. */
int coexist_retention_notice_send(
	struct mailbox *inbox, const struct coexist_retention_notice *notice);

#endif
