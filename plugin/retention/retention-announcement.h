/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_RETENTION_ANNOUNCEMENT_H
#define COEXIST_RETENTION_ANNOUNCEMENT_H

#include "retention-brake.h"
#include "retention-memory.h"

struct mailbox;

/* The announcement that the brake of retention (retention-brake.h) asks for: whether
   there is one, the notice to the owner, and what is remembered of it.

   Only one process at a time may do more than judge. */
struct coexist_announcement {
	/* The maildrop, which is open */
	struct mailbox *box;
	/* To be filled in: all but the time */
	struct coexist_brake_run run;
	/* The administrator wants it now: nothing waits, and nothing is announced */
	bool now;

	/* What is remembered */
	struct coexist_brake_state memory;
	struct coexist_brake_verdict verdict;
};

/* Returns the site's retention_notice_days. A wrong value is logged. */
uint64_t coexist_announcement_days(struct mail_user *user);

/* Judges the run by what is remembered now. */
void coexist_announcement_judge(struct coexist_announcement *announcement);

/* Remembers the verdict, if it is not what is remembered. Returns 0, or -1 after
   a warning: then nothing may go. */
int coexist_announcement_remember(struct coexist_announcement *announcement);
/* Tells the owner and remembers the verdict. target is where messages will be
   moved, NULL if they are to be deleted. Returns 0, or -1 after a warning: then
   the owner was not told, and the next run tries it again. */
int coexist_announcement_make(struct coexist_announcement *announcement,
			      const char *target);
/* Everything that was due is gone: what comes next is not announced. */
void coexist_announcement_end(struct coexist_announcement *announcement);

#endif
