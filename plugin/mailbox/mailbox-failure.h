/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_MAILBOX_FAILURE_H
#define COEXIST_MAILBOX_FAILURE_H

#include "mail-error.h"

struct mailbox;

/* The kinds of failure by which a mailbox can't be opened. */
enum coexist_mailbox_failure {
	/* the user has no such mailbox: it is not there, or an ACL denies it */
	COEXIST_MAILBOX_ABSENT,
	/* It is of no use until somebody mends it: the operating system does not let us
	   have it, or its storage can't do what is asked of it. */
	COEXIST_MAILBOX_UNUSABLE,
	/* any other, which may pass */
	COEXIST_MAILBOX_AWAY
};

/* Returns which kind of failure the mailbox has that can't be opened by this error. */
enum coexist_mailbox_failure
coexist_mailbox_failure_get(struct mailbox *box, enum mail_error error);

#endif
