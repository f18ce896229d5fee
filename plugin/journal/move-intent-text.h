/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_MOVE_INTENT_TEXT_H
#define COEXIST_MOVE_INTENT_TEXT_H

#include "array.h"
#include "seq-range-array.h"

/* The text of a write-ahead log of moves: a line for each mailbox that messages are
   moved from, and each that they are moved to. */

/* Messages that are, or were, about to be copied. */
struct coexist_move_intent_line {
	/* the mailboxes' full names */
	const char *source, *target;
	/* 0 if it is not known yet */
	uint32_t uidvalidity, target_uidvalidity;
	/* No copy has a lower UID, if the target has that UIDVALIDITY. */
	uint32_t target_uid;
	/* in ascending order */
	ARRAY_TYPE(seq_range) uids;
};
ARRAY_DEFINE_TYPE(coexist_move_intent_line, struct coexist_move_intent_line);

/* Adds the lines of a text that was read to the list, in the pool. What is no line
   of ours is passed over: a process may have died while it wrote. */
void coexist_move_intent_lines_read(pool_t pool, const char *text,
				    ARRAY_TYPE(coexist_move_intent_line) *lines);
/* Adds a line to a text. */
void coexist_move_intent_line_write(string_t *dest,
				    const struct coexist_move_intent_line *line);

#endif
