/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_UID_RANGES_H
#define COEXIST_UID_RANGES_H

#include "array.h"
#include "seq-range-array.h"

/* Set operations on ranges in ascending order that take time in proportion to the
   ranges: those of seq-range-array.h move the rest of the array for each of them. */

/* Adds to result, which has nothing above, what is in a and not in b. */
void coexist_uid_ranges_subtract(ARRAY_TYPE(seq_range) *result,
				 const ARRAY_TYPE(seq_range) *a,
				 const ARRAY_TYPE(seq_range) *b);
/* Adds to result, which has nothing above, what is in both. */
void coexist_uid_ranges_intersect(ARRAY_TYPE(seq_range) *result,
				  const ARRAY_TYPE(seq_range) *a,
				  const ARRAY_TYPE(seq_range) *b);
/* Adds to result, which has nothing above, what is in any. */
void coexist_uid_ranges_unite(ARRAY_TYPE(seq_range) *result,
			      const ARRAY_TYPE(seq_range) *a,
			      const ARRAY_TYPE(seq_range) *b);

#endif
