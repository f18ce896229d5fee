/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_NOTICE_PLACES_H
#define COEXIST_NOTICE_PLACES_H

#include "array-decl.h"
#include "seq-range-array.h"

/* A list of notices in INBOX as the mailbox's state has it, UIDVALIDITY and UIDs:
   "1772439000:17,21:23". Everything is on the data stack. */
struct coexist_notice_places {
	uint32_t uidvalidity;
	ARRAY_TYPE(seq_range) uids;
};

/* Makes a list of one notice. */
void coexist_notice_places_init(struct coexist_notice_places *places_r,
				uint32_t uidvalidity, uint32_t uid);
/* Reads a list. Returns FALSE, and an empty one, if the text, which may be NULL,
   is no list of ours. */
bool coexist_notice_places_parse(const char *text,
				 struct coexist_notice_places *places_r);
const char *
coexist_notice_places_format(const struct coexist_notice_places *places);
/* Returns the list that is the text, which may be NULL, with the places added. A
   list that can't be read, is of another UIDVALIDITY or is full gives way to the
   places alone. */
const char *
coexist_notice_places_add(const char *text,
			  const struct coexist_notice_places *places);

#endif
