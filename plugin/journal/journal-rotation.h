/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_JOURNAL_ROTATION_H
#define COEXIST_JOURNAL_ROTATION_H

/* The log rotation of the journal: which sessions stay when it has become too
   large. A session stays with all its lines or with none. The one that is being
   written stays; the others go by the age of their last line, the oldest first.
   The two largest sessions do not count, or one of a hundred thousand messages,
   which somebody may have to undo, would go when the next one is written. */

/* Cuts the size bytes of text, whole lines of which the last one ends with a line
   feed, down in place when *newest, one or more lines of one session, is to be
   added to it. As long as all sessions but the two largest take no more than
   room bytes all lines stay, else as many as half of that has room for. Returns
   the new size. What is too long to be a line, or would be one of more than a
   hundred thousand, goes in any case. */
size_t coexist_journal_rotate(unsigned char *text, size_t size,
			      const string_t *newest, size_t room);

#endif
