/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_END_NOTICE_H
#define COEXIST_END_NOTICE_H

#include "policy-decision.h"

struct mail_user;

/* The notice that a protocol ends for a mailbox: what ends, from when on, and what to
   use instead. */

struct coexist_end_notice {
	enum coexist_protocol protocol;
	/* the day from which on it is refused, since 1970-01-01 */
	uint64_t day;
	/* see coexist_protocol_instead() */
	enum coexist_protocol instead;
	/* the administrator's own text, or "" */
	const char *reason;
};

/* Puts the notice into the user's INBOX, in place of the one before about this
   protocol. Needs the user's namespaces. Returns 0, or -1 after logging a warning. */
int coexist_end_notice_send(struct mail_user *user,
			    const struct coexist_end_notice *notice);

#endif
