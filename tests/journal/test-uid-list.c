/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of UIDs, as text and in pairs. */

#include "lib.h"
#include "str.h"
#include "uid-list.h"

#include <stdbool.h>
#include <stdio.h>

/* UIDs that are added one after the other, and the list that they make. */
static const struct add_row {
	const char *label;
	uint32_t uids[6];
	const char *list;
	uint64_t count;
} add_rows[] = {
	{ "nothing", { 0 }, "", 0 },
	{ "one", { 5 }, "5", 1 },
	{ "one after the other", { 5, 6, 7 }, "5:7", 3 },
	{ "with a gap", { 5, 6, 8 }, "5:6,8", 3 },
	{ "downwards", { 7, 6, 5 }, "7,6,5", 3 },
	{ "the same one", { 5, 5 }, "5,5", 2 },
	{ "the last ones", { 4294967293U, 4294967294U },
	  "4294967293:4294967294", 2 },
};

static bool add_holds(const struct add_row *row)
{
	string_t *text = t_str_new(64);
	ARRAY_TYPE(seq_range) list;
	unsigned int i;
	bool holds = true;

	t_array_init(&list, 4);
	for (i = 0; i < N_ELEMENTS(row->uids) && row->uids[i] != 0; i++)
		coexist_uid_list_add(&list, row->uids[i]);
	for (i = 0; i < N_ELEMENTS(row->uids) && row->uids[i] != 0; i++)
		holds = holds && coexist_uid_list_contains(&list, row->uids[i]);
	coexist_uid_list_write(text, &list);
	return holds && !coexist_uid_list_contains(&list, 4) &&
		coexist_uid_list_count(&list) == row->count &&
		strcmp(str_c(text), row->list) == 0;
}

/* A text, and how many UIDs are in it, or -1 if it is no list. */
static const struct parse_row {
	const char *text;
	int64_t count;
} parse_rows[] = {
	{ "1", 1 }, { "1:3,7,5", 5 }, { "1:1", 1 }, { "2,1", 2 },
	{ "1:4294967294,1:4294967294", 8589934588 },
	{ "", -1 }, { "0", -1 }, { "0:1", -1 }, { "3:1", -1 }, { "1,", -1 },
	{ ",1", -1 }, { "1;2", -1 }, { "1:", -1 }, { "1:*", -1 },
	{ "-1", -1 }, { " 1", -1 }, { "4294967295", -1 }, { "1:4294967295", -1 },
	{ "4294967296", -1 },
};

static bool parse_holds(const struct parse_row *row)
{
	string_t *text = t_str_new(64);
	ARRAY_TYPE(seq_range) list;

	t_array_init(&list, 4);
	if (coexist_uid_list_parse(row->text, &list) < 0)
		return row->count < 0;
	coexist_uid_list_write(text, &list);
	return (int64_t)coexist_uid_list_count(&list) == row->count &&
		(strcmp(str_c(text), row->text) == 0 ||
		 strcmp(row->text, "1:1") == 0);
}

static bool map_holds(void)
{
	ARRAY_TYPE(seq_range) from, to;
	bool holds;

	t_array_init(&from, 4);
	t_array_init(&to, 4);
	if (coexist_uid_list_parse("7,3:5,1", &from) < 0 ||
	    coexist_uid_list_parse("10:12,20:21", &to) < 0)
		return false;
	holds = coexist_uid_list_map(&from, &to, 7) == 10 &&
		coexist_uid_list_map(&from, &to, 3) == 11 &&
		coexist_uid_list_map(&from, &to, 5) == 20 &&
		coexist_uid_list_map(&from, &to, 1) == 21 &&
		coexist_uid_list_map(&from, &to, 2) == 0;
	/* one list is shorter */
	array_delete(&to, 1, 1);
	return holds && coexist_uid_list_map(&from, &to, 1) == 0;
}

/* A list, and the same UIDs in ascending order. */
static const struct sort_row {
	const char *label;
	const char *list;
	const char *sorted;
	bool unique;
} sort_rows[] = {
	{ "sorted", "1:3,5,7:8", "1:3,5,7:8", true },
	{ "downwards", "9,7,5,3:4,1", "1,3:5,7,9", true },
	{ "side by side", "4:6,1:3,7", "1:7", true },
	{ "twice", "1:9,1:9", "1:9", false },
	{ "one within the other", "2:3,1:9,9", "1:9", false },
	{ "overlapping", "5:9,1:5", "1:9", false },
	{ "up to the last UID", "4294967294,1:4294967293", "1:4294967294", true },
	{ "the last UID twice", "4294967294,4294967294", "4294967294", false },
};

static bool sort_holds(const struct sort_row *row)
{
	string_t *sorted = t_str_new(64);
	ARRAY_TYPE(seq_range) list;
	bool unique;

	t_array_init(&list, 4);
	if (coexist_uid_list_parse(row->list, &list) < 0)
		return false;
	unique = coexist_uid_list_is_unique(&list);
	coexist_uid_list_sort(&list);
	coexist_uid_list_write(sorted, &list);
	return unique == row->unique && strcmp(str_c(sorted), row->sorted) == 0;
}

static unsigned int failed;

static void check(bool holds, const char *label)
{
	printf("%s %s\n", holds ? "ok  " : "FAIL", label);
	if (!holds)
		failed++;
}

int main(void)
{
	unsigned int i;

	lib_init();
	T_BEGIN {
		for (i = 0; i < N_ELEMENTS(add_rows); i++)
			check(add_holds(&add_rows[i]), add_rows[i].label);
		for (i = 0; i < N_ELEMENTS(parse_rows); i++) {
			check(parse_holds(&parse_rows[i]),
			      t_strdup_printf("\"%s\"", parse_rows[i].text));
		}
		check(map_holds(), "UIDs at the same place");
		for (i = 0; i < N_ELEMENTS(sort_rows); i++)
			check(sort_holds(&sort_rows[i]), sort_rows[i].label);
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
