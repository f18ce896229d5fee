/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which folders a notice lists, and how sizes and names are said. */

#include "lib.h"
#include "array.h"
#include "quota-amount.h"
#include "quota-folders.h"
#include "str.h"

#include <stdio.h>

#define KB (UINT64_C(1) << 10)
#define MB (UINT64_C(1) << 20)
#define GB (UINT64_C(1) << 30)
#define TB (UINT64_C(1) << 40)

static const struct size_row {
	uint64_t size;
	const char *text;
} size_rows[] = {
	{ 0, "0 B" },
	{ 10 * KB - 1, "10239 B" },
	{ 10 * KB, "10 kB" },
	{ 10 * MB - 1, "10239 kB" },
	{ 10 * MB, "10 MB" },
	{ 10 * GB, "10 GB" },
	{ 10 * TB - 1, "10239 GB" },
	{ 10 * TB, "10 TB" },
	{ UINT64_MAX, "16777215 TB" },
};

static const struct folder_row {
	const char *label;
	struct coexist_quota_folder folders[8];
	const char *text;
} folder_rows[] = {
	{ "no folder", { { NULL, 0 } }, "" },
	{ "an empty one", { { "INBOX", 0 } }, "" },
	{ "one", { { "INBOX", 512 * MB } }, "INBOX 512 MB" },
	{ "the largest first", { { "a", 1 }, { "b", 3 }, { "c", 2 } },
	  "b 3 B, c 2 B, a 1 B" },
	{ "empty ones are left out", { { "a", 0 }, { "b", 3 }, { "c", 0 } },
	  "b 3 B" },
	{ "five", { { "a", 1 }, { "b", 2 }, { "c", 3 }, { "d", 4 }, { "e", 5 } },
	  "e 5 B, d 4 B, c 3 B, b 2 B, a 1 B" },
	{ "more than five", { { "a", 1 }, { "b", 2 }, { "c", 3 }, { "d", 4 },
	  { "e", 5 }, { "f", 6 } }, "f 6 B, e 5 B, d 4 B, c 3 B, b 2 B" },
	{ "a name that is not UTF-8", { { "a\xff" "b", 1 } },
	  "a\xEF\xBF\xBD" "b 1 B" },
};

static bool size_holds(const struct size_row *row)
{
	return strcmp(coexist_quota_size_format(row->size), row->text) == 0;
}

static bool amounts_hold(void)
{
	return strcmp(coexist_quota_amount_format(COEXIST_QUOTA_STORAGE,
						  20 * KB), "20 kB") == 0 &&
		strcmp(coexist_quota_amount_format(COEXIST_QUOTA_MESSAGES,
						   20 * KB), "20480") == 0;
}

/* Returns the table as the line should have it. */
static const char *rows_join(const struct coexist_quota_largest *largest)
{
	string_t *str = t_str_new(128);
	unsigned int i;

	for (i = 0; i < largest->rows_count; i++) {
		str_printfa(str, "%s%s %s", i == 0 ? "" : ", ",
			    largest->rows[i].name, largest->rows[i].value);
	}
	return str_c(str);
}

static void
describe(const struct coexist_quota_folder *folders, unsigned int count,
	 struct coexist_quota_largest *largest_r)
{
	ARRAY_TYPE(coexist_quota_folder) list;

	t_array_init(&list, 8);
	array_append(&list, folders, count);
	coexist_quota_folders_list(&list, largest_r);
}

static bool folders_hold(const struct folder_row *row)
{
	struct coexist_quota_largest largest;
	unsigned int count = 0;

	while (row->folders[count].name != NULL)
		count++;
	describe(row->folders, count, &largest);
	return strcmp(largest.line, row->text) == 0 &&
		strcmp(rows_join(&largest), row->text) == 0;
}

/* A name of so many letters of two bytes is said with this many, and with an
   ellipsis if letters are missing. */
static bool length_holds(unsigned int length, unsigned int kept)
{
	string_t *name = t_str_new(256), *wanted = t_str_new(256);
	struct coexist_quota_folder folder = { .size = 1 };
	struct coexist_quota_largest largest;
	unsigned int i;

	for (i = 0; i < length; i++) {
		str_append(name, "\xC3\xA9");
		if (i < kept)
			str_append(wanted, "\xC3\xA9");
	}
	if (kept < length)
		str_append(wanted, "\xE2\x80\xA6");
	folder.name = str_c(name);
	describe(&folder, 1, &largest);
	return largest.rows_count == 1 &&
		strcmp(largest.rows[0].name, str_c(wanted)) == 0;
}

static unsigned int check(const char *label, bool holds)
{
	if (!holds)
		printf("%s\n", label);
	return holds ? 0 : 1;
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(size_rows); i++)
		failed += check(size_rows[i].text, size_holds(&size_rows[i]));
	for (i = 0; i < N_ELEMENTS(folder_rows); i++) {
		failed += check(folder_rows[i].label,
				folders_hold(&folder_rows[i]));
	}
	failed += check("amounts", amounts_hold());
	failed += check("a name as long as may be", length_holds(60, 60));
	failed += check("a name that is too long", length_holds(61, 59));
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
