/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_BOUNDS_H
#define COEXIST_POLICY_BOUNDS_H

#include "policy-key.h"

/* Bounds: which values of a key the owner of a mailbox may choose. Plain C without
   allocations.

     pop3_delete=hide,trash pop3_keep_days=0,7..90 quota_warn=50..100

   For each key a list of alternatives, without blanks: a word or a number, or the
   least and the greatest value of a range, of which one may be missing (7.. is 7
   and more). Where a value is a list, each of its items has to be in the bounds. A
   key that is not named has none. */

/* Returns true if the text is that. Each key can be opened, and is named once. */
bool coexist_bounds_check(const char *text);
/* Finds the first item that is wrong. Returns false if none is by itself. The item
   lies within the text and is not NUL-terminated. */
bool coexist_bounds_find_bad(const char *text, const char **item_r,
			     size_t *length_r);

/* Finds the alternatives of a key, which lie within the text and are not
   NUL-terminated. Returns false if it has none. */
bool coexist_bounds_find(const char *text, enum coexist_key key,
			 const char **bounds_r, size_t *length_r);
/* Returns true if a valid value of the key is in these alternatives. */
bool coexist_bounds_allow(enum coexist_key key, const char *bounds,
			  size_t length, const char *value);

#endif
