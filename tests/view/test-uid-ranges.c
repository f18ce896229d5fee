/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Set operations on ranges of UIDs. */

#include "lib.h"
#include "str.h"
#include "uid-list.h"
#include "uid-ranges.h"

#include <stdio.h>

static const struct row {
	const char *a, *b;
	const char *less, *both, *any;
} rows[] = {
	{ "", "", "", "", "" },
	{ "1:5", "", "1:5", "", "1:5" },
	{ "", "1:5", "", "", "1:5" },
	{ "1:5", "1:5", "", "1:5", "1:5" },
	{ "1:9", "3,5:6", "1:2,4,7:9", "3,5:6", "1:9" },
	{ "3,5:6", "1:9", "", "3,5:6", "1:9" },
	{ "1:3,7:9", "2:8", "1,9", "2:3,7:8", "1:9" },
	{ "1:3", "4:6", "1:3", "", "1:6" },
	{ "4:6", "1:3", "4:6", "", "1:6" },
	{ "1,3,5", "2,4", "1,3,5", "", "1:5" },
	{ "1:2,4:5,7:8", "2:7", "1,8", "2,4:5,7", "1:8" },
	{ "5:10", "1,7,20", "5:6,8:10", "7", "1,5:10,20" },
	{ "4294967290:4294967294", "4294967294",
	  "4294967290:4294967293", "4294967294", "4294967290:4294967294" },
};

typedef void operation_t(ARRAY_TYPE(seq_range) *,
			 const ARRAY_TYPE(seq_range) *,
			 const ARRAY_TYPE(seq_range) *);

static unsigned int
check(const struct row *row, const char *name, operation_t *operation,
      const char *wanted)
{
	ARRAY_TYPE(seq_range) a, b, result;
	string_t *text = t_str_new(64);

	t_array_init(&a, 4);
	t_array_init(&b, 4);
	t_array_init(&result, 4);
	if (*row->a != '\0')
		(void)coexist_uid_list_parse(row->a, &a);
	if (*row->b != '\0')
		(void)coexist_uid_list_parse(row->b, &b);
	operation(&result, &a, &b);
	coexist_uid_list_write(text, &result);
	if (strcmp(str_c(text), wanted) == 0)
		return 0;
	printf("FAIL %s %s %s: %s instead of %s\n", row->a, name, row->b,
	       str_c(text), wanted);
	return 1;
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		failed += check(&rows[i], "less", coexist_uid_ranges_subtract,
				rows[i].less);
		failed += check(&rows[i], "and", coexist_uid_ranges_intersect,
				rows[i].both);
		failed += check(&rows[i], "or", coexist_uid_ranges_unite,
				rows[i].any);
	}
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
