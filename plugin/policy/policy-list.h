/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_LIST_H
#define COEXIST_POLICY_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* Lists of words, as policy values have them: separated by spaces, tabs or
   commas. Plain C without allocations. */

/* Walks through a list. *list is moved behind the item; the item is not
   NUL-terminated and lies within the list (without its quotes, if it was
   quoted as mailbox names with spaces are). Returns false at the end. */
bool coexist_list_next(const char **list, const char **item_r,
		       size_t *length_r);

/* Returns true for what separates the items of a list. */
static inline bool coexist_list_is_separator(char c)
{
	return c == ' ' || c == '\t' || c == ',';
}

#endif
