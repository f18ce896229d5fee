/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_JUNK_MEMORY_H
#define COEXIST_JUNK_MEMORY_H

#include "last-use.h"

/* What is remembered of the notices of junk_notice, and the judge of when to look into
   the mailbox for junk. Plain C. In the mailbox's state it is one line,

     junk_notice=<first> <told> <next> <UIDVALIDITY> <UID>

   with the times as Unix time. */

#define COEXIST_STATE_JUNK_NOTICE "junk_notice"

struct coexist_junk_memory {
	/* since when uses of the mailbox are noted for this, 0 if nothing is
	   remembered */
	uint64_t first;
	/* when the owner was told last, or first */
	uint64_t told;
	/* when to look again */
	uint64_t next;
	/* New messages have this UID or a higher one. Those before were there at
	   first, or the owner was told of them or had read them. */
	uint32_t uidvalidity, uid;
};

enum coexist_junk_look {
	/* it is not time yet */
	COEXIST_JUNK_WAIT,
	/* it is time, but the owner reads the mailbox by IMAP */
	COEXIST_JUNK_POSTPONE,
	/* the first time: what is there now is not new */
	COEXIST_JUNK_BEGIN,
	/* the owner is told if there is something new */
	COEXIST_JUNK_COUNT
};

/* An owner who has read the mailbox by IMAP or webmail within so many days may have
   seen Junk. */
#define COEXIST_JUNK_DAYS 30

/* Reads the line's value. NULL, or one that is none of ours, is nothing. */
void coexist_junk_memory_parse(const char *text,
			       struct coexist_junk_memory *memory_r);
/* Returns the line's value, on the data stack. */
const char *coexist_junk_memory_format(const struct coexist_junk_memory *memory);

/* Judges whether to look now. interval is junk_notice, in seconds. */
enum coexist_junk_look
coexist_junk_judge(const struct coexist_junk_memory *memory,
		   const struct coexist_last_use *use, uint64_t now,
		   uint64_t interval);

/* Returns what to remember where the owner is not told. */
struct coexist_junk_memory
coexist_junk_memory_postponed(const struct coexist_junk_memory *memory,
			      uint64_t now);

#endif
