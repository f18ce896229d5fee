/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in view-compact.h. */

#include "lib.h"
#include "view-compact.h"
#include "mail-index.h"
#include "view-memory.h"

#define COMPACT_MIN 32

/* Messages that are newer than the view are another session's. */
static void
ranges_compact(ARRAY_TYPE(seq_range) *ranges, struct mail_index_view *view)
{
	uint32_t next_uid = mail_index_get_header(view)->next_uid;
	struct seq_range *data;
	unsigned int i, count, kept = 0;
	uint32_t seq1, seq2, last_seq2 = 0;

	data = array_get_modifiable(ranges, &count);
	for (i = 0; i < count && data[i].seq2 < next_uid; i++) {
		if (!mail_index_lookup_seq_range(view, data[i].seq1,
						 data[i].seq2, &seq1, &seq2))
			continue;
		if (kept > 0 && seq1 == last_seq2 + 1)
			data[kept - 1].seq2 = data[i].seq2;
		else
			data[kept++] = data[i];
		last_seq2 = seq2;
	}
	array_delete(ranges, kept, i - kept);
}

void coexist_view_memory_compact(struct coexist_view_memory *memory,
				 struct mail_index_view *view)
{
	struct coexist_view_left *left;

	array_foreach_modifiable(&memory->left, left) {
		if (array_count(&left->uids) >= COMPACT_MIN)
			ranges_compact(&left->uids, view);
	}
	if (array_count(&memory->due) >= COMPACT_MIN)
		ranges_compact(&memory->due, view);
}
