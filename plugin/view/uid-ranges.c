/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in uid-ranges.h. */

#include "lib.h"
#include "uid-ranges.h"

static void
push(ARRAY_TYPE(seq_range) *result, uint32_t first, uint32_t last)
{
	struct seq_range *back, range = { .seq1 = first, .seq2 = last };

	if (!array_is_empty(result)) {
		back = array_back_modifiable(result);
		if (first <= back->seq2 || first == back->seq2 + 1) {
			back->seq2 = I_MAX(back->seq2, last);
			return;
		}
	}
	array_push_back(result, &range);
}

void coexist_uid_ranges_subtract(ARRAY_TYPE(seq_range) *result,
				 const ARRAY_TYPE(seq_range) *a,
				 const ARRAY_TYPE(seq_range) *b)
{
	const struct seq_range *range, *others;
	unsigned int i = 0, j, count;
	uint32_t first;

	others = array_get(b, &count);
	array_foreach(a, range) {
		first = range->seq1;
		while (i < count && others[i].seq2 < first)
			i++;
		for (j = i; j < count && others[j].seq1 <= range->seq2; j++) {
			if (others[j].seq1 > first)
				push(result, first, others[j].seq1 - 1);
			first = others[j].seq2 + 1;
		}
		if (first <= range->seq2)
			push(result, first, range->seq2);
	}
}

void coexist_uid_ranges_intersect(ARRAY_TYPE(seq_range) *result,
				  const ARRAY_TYPE(seq_range) *a,
				  const ARRAY_TYPE(seq_range) *b)
{
	const struct seq_range *range, *others;
	unsigned int i = 0, j, count;

	others = array_get(b, &count);
	array_foreach(a, range) {
		while (i < count && others[i].seq2 < range->seq1)
			i++;
		for (j = i; j < count && others[j].seq1 <= range->seq2; j++) {
			push(result, I_MAX(others[j].seq1, range->seq1),
			     I_MIN(others[j].seq2, range->seq2));
		}
	}
}

void coexist_uid_ranges_unite(ARRAY_TYPE(seq_range) *result,
			      const ARRAY_TYPE(seq_range) *a,
			      const ARRAY_TYPE(seq_range) *b)
{
	const struct seq_range *as, *bs, *next;
	unsigned int i = 0, j = 0, a_count, b_count;

	as = array_get(a, &a_count);
	bs = array_get(b, &b_count);
	while (i < a_count || j < b_count) {
		if (j == b_count ||
		    (i < a_count && as[i].seq1 <= bs[j].seq1))
			next = &as[i++];
		else
			next = &bs[j++];
		push(result, next->seq1, next->seq2);
	}
}
