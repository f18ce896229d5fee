/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_UID_LIST_H
#define COEXIST_UID_LIST_H

#include "array.h"
#include "seq-range-array.h"

/* A list of UIDs in the order in which they were added, as ranges: a hundred
   thousand messages take a few bytes as long as they follow each other.
   In two lists of equal length, UIDs at the same place belong together. */

/* Adds to a list that was initialised. */
void coexist_uid_list_add(ARRAY_TYPE(seq_range) *list, uint32_t uid);
/* Returns how many UIDs are in the list, which may come from anywhere. */
uint64_t coexist_uid_list_count(const ARRAY_TYPE(seq_range) *list);
bool coexist_uid_list_contains(const ARRAY_TYPE(seq_range) *list, uint32_t uid);

/* Makes it a list that the functions of seq-range-array.h take: in ascending
   order, each UID once. */
void coexist_uid_list_sort(ARRAY_TYPE(seq_range) *list);
/* Returns FALSE if a UID is in the list more than once. */
bool coexist_uid_list_is_unique(const ARRAY_TYPE(seq_range) *list);

/* Returns the UID of the second list that is at the place where the first has
   this one, or 0 if it is not there. */
uint32_t coexist_uid_list_map(const ARRAY_TYPE(seq_range) *from,
			      const ARRAY_TYPE(seq_range) *to, uint32_t uid);

/* Adds the list to a text, as in 1:3,7,5. */
void coexist_uid_list_write(string_t *dest, const ARRAY_TYPE(seq_range) *list);
/* Adds the UIDs of such a text, perhaps billions, to the list. Returns 0, or -1
   if it is none; the list has some of them then. */
int coexist_uid_list_parse(const char *text, ARRAY_TYPE(seq_range) *list);

#endif
