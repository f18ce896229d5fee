/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-folders.h. */

#include "lib.h"
#include "quota-folders.h"
#include "array.h"
#include "str.h"
#include "unichar.h"
#include "quota-amount.h"

#define LARGEST_COUNT 5
/* in characters */
#define NAME_MAX_LENGTH 60
#define ELLIPSIS "\xE2\x80\xA6"

static int folder_size_cmp(const struct coexist_quota_folder *a,
			   const struct coexist_quota_folder *b)
{
	return a->size < b->size ? 1 : a->size > b->size ? -1 : 0;
}

/* Returns the name as a person can read it, whatever a client called it. */
static const char *name_describe(const char *name)
{
	string_t *valid = t_str_new(128);
	size_t end;

	if (!uni_utf8_get_valid_data((const unsigned char *)name, strlen(name),
				     valid))
		name = str_c(valid);
	if (uni_utf8_strlen(name) <= NAME_MAX_LENGTH)
		return name;
	for (end = strlen(name);
	     uni_utf8_strlen_n(name, end) >= NAME_MAX_LENGTH;) {
		do {
			end--;
		} while (((unsigned char)name[end] & 0xC0) == 0x80);
	}
	return t_strconcat(t_strndup(name, end), ELLIPSIS, NULL);
}

void coexist_quota_folders_list(ARRAY_TYPE(coexist_quota_folder) *folders,
				struct coexist_quota_largest *largest_r)
{
	struct coexist_notice_row *rows =
		t_new(struct coexist_notice_row, LARGEST_COUNT);
	const struct coexist_quota_folder *sorted;
	string_t *str = t_str_new(128);
	unsigned int i, count;

	array_sort(folders, folder_size_cmp);
	sorted = array_get(folders, &count);
	for (i = 0; i < count && i < LARGEST_COUNT && sorted[i].size > 0; i++) {
		rows[i].name = name_describe(sorted[i].name);
		rows[i].value = coexist_quota_size_format(sorted[i].size);
		str_printfa(str, "%s%s %s", i == 0 ? "" : ", ", rows[i].name,
			    rows[i].value);
	}
	largest_r->line = str_c(str);
	largest_r->rows = rows;
	largest_r->rows_count = i;
}
