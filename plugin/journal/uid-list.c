/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in uid-list.h. */

#include "lib.h"
#include "uid-list.h"
#include "str.h"
#include "strnum.h"

void coexist_uid_list_add(ARRAY_TYPE(seq_range) *list, uint32_t uid)
{
	struct seq_range *last, range = { .seq1 = uid, .seq2 = uid };

	if (!array_is_empty(list)) {
		last = array_back_modifiable(list);
		if (last->seq2 + 1 == uid) {
			last->seq2 = uid;
			return;
		}
	}
	array_push_back(list, &range);
}

static uint64_t range_length(const struct seq_range *range)
{
	return (uint64_t)range->seq2 - range->seq1 + 1;
}

uint64_t coexist_uid_list_count(const ARRAY_TYPE(seq_range) *list)
{
	const struct seq_range *range;
	uint64_t count = 0;

	array_foreach(list, range) {
		count += range_length(range);
	}
	return count;
}

bool coexist_uid_list_contains(const ARRAY_TYPE(seq_range) *list, uint32_t uid)
{
	const struct seq_range *range;

	array_foreach(list, range) {
		if (range->seq1 <= uid && uid <= range->seq2)
			return TRUE;
	}
	return FALSE;
}

static int range_cmp(const struct seq_range *a, const struct seq_range *b)
{
	return a->seq1 < b->seq1 ? -1 : a->seq1 > b->seq1 ? 1 : 0;
}

void coexist_uid_list_sort(ARRAY_TYPE(seq_range) *list)
{
	struct seq_range *ranges;
	unsigned int i, count, last = 0;

	if (array_is_empty(list))
		return;
	array_sort(list, range_cmp);
	ranges = array_get_modifiable(list, &count);
	for (i = 1; i < count; i++) {
		if (ranges[i].seq1 - 1 > ranges[last].seq2)
			ranges[++last] = ranges[i];
		else if (ranges[i].seq2 > ranges[last].seq2)
			ranges[last].seq2 = ranges[i].seq2;
	}
	array_delete(list, last + 1, count - last - 1);
}

bool coexist_uid_list_is_unique(const ARRAY_TYPE(seq_range) *list)
{
	ARRAY_TYPE(seq_range) sorted;

	t_array_init(&sorted, array_count(list) + 1);
	array_append_array(&sorted, list);
	coexist_uid_list_sort(&sorted);
	return coexist_uid_list_count(&sorted) == coexist_uid_list_count(list);
}

/* Returns TRUE and the place of the UID, from 0. */
static bool list_find(const ARRAY_TYPE(seq_range) *list, uint32_t uid,
		      uint64_t *place_r)
{
	const struct seq_range *range;
	uint64_t before = 0;

	array_foreach(list, range) {
		if (range->seq1 <= uid && uid <= range->seq2) {
			*place_r = before + (uid - range->seq1);
			return TRUE;
		}
		before += range_length(range);
	}
	return FALSE;
}

uint32_t coexist_uid_list_map(const ARRAY_TYPE(seq_range) *from,
			      const ARRAY_TYPE(seq_range) *to, uint32_t uid)
{
	const struct seq_range *range;
	uint64_t place;

	if (!list_find(from, uid, &place))
		return 0;
	array_foreach(to, range) {
		if (place < range_length(range))
			return range->seq1 + (uint32_t)place;
		place -= range_length(range);
	}
	return 0;
}

void coexist_uid_list_write(string_t *dest, const ARRAY_TYPE(seq_range) *list)
{
	const struct seq_range *range;
	const char *comma = "";

	array_foreach(list, range) {
		str_printfa(dest, "%s%u", comma, range->seq1);
		if (range->seq2 != range->seq1)
			str_printfa(dest, ":%u", range->seq2);
		comma = ",";
	}
}

static int range_parse(const char **text, struct seq_range *range_r)
{
	if (str_parse_uint32(*text, &range_r->seq1, text) < 0)
		return -1;
	range_r->seq2 = range_r->seq1;
	if (**text == ':' &&
	    str_parse_uint32(*text + 1, &range_r->seq2, text) < 0)
		return -1;
	/* the last number is nobody's, so that one more is always a number */
	return range_r->seq1 > 0 && range_r->seq1 <= range_r->seq2 &&
		range_r->seq2 < UINT32_MAX ? 0 : -1;
}

int coexist_uid_list_parse(const char *text, ARRAY_TYPE(seq_range) *list)
{
	struct seq_range range;

	for (;;) {
		if (range_parse(&text, &range) < 0)
			return -1;
		array_push_back(list, &range);
		if (*text == '\0')
			return 0;
		if (*text++ != ',')
			return -1;
	}
}
