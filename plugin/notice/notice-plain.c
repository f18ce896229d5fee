/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in notice-plain.h. */

#include "lib.h"
#include "notice-plain.h"
#include "notice-expand.h"
#include "str.h"
#include "unichar.h"

/* Plain text is read in windows of about this width. */
#define TABLE_NAME_MAX_WIDTH 50

static unsigned int text_width(const char *text)
{
	return uni_utf8_str_is_valid(text) ? uni_utf8_strlen(text) : 1;
}

static void pad(string_t *dest, unsigned int width, unsigned int wanted)
{
	for (; width < wanted; width++)
		str_append_c(dest, ' ');
}

static void
plain_table_append(string_t *dest, const struct coexist_notice_variable *table)
{
	unsigned int i, names = 0, values = 0;
	const struct coexist_notice_row *row;

	for (i = 0; i < table->rows_count; i++) {
		names = I_MAX(names, text_width(table->rows[i].name));
		values = I_MAX(values, text_width(table->rows[i].value));
	}
	names = I_MIN(names, TABLE_NAME_MAX_WIDTH);
	for (i = 0; i < table->rows_count; i++) {
		row = &table->rows[i];
		str_append(dest, "  ");
		coexist_notice_value_append(dest, row->name, /*escape=*/FALSE);
		pad(dest, text_width(row->name), names);
		pad(dest, text_width(row->value), values + 2);
		coexist_notice_value_append(dest, row->value, /*escape=*/FALSE);
		str_append_c(dest, '\n');
	}
}

static void
plain_list_append(struct coexist_notice_reader *reader, string_t *dest,
		  const struct coexist_notice_part *list)
{
	const char *p = list->begin;
	struct coexist_notice_part item;

	while (coexist_notice_item_next(&p, list->end, &item)) {
		if (!coexist_notice_part_is_empty(reader, &item))
			coexist_notice_part_append(reader, dest, &item,
						   COEXIST_FORM_PLAIN);
	}
}

static void plain_append(struct coexist_notice_reader *reader, string_t *dest,
			 const struct coexist_notice_part *part)
{
	const struct coexist_notice_variable *table =
		coexist_notice_table_find(reader, part);

	if (table != NULL)
		plain_table_append(dest, table);
	else if (coexist_notice_is_list(part->begin))
		plain_list_append(reader, dest, part);
	else if (!coexist_notice_part_is_empty(reader, part))
		coexist_notice_part_append(reader, dest, part,
					   COEXIST_FORM_PLAIN);
}

const char *coexist_notice_plain_write(struct coexist_notice_reader *reader,
				       const char *body)
{
	string_t *dest = t_str_new(strlen(body) + 1024);
	struct coexist_notice_part part;
	size_t before, gap;

	while (coexist_notice_paragraph_next(&body, &part)) {
		before = str_len(dest);
		if (before > 0)
			str_append_c(dest, '\n');
		gap = str_len(dest);
		plain_append(reader, dest, &part);
		if (str_len(dest) == gap)
			str_truncate(dest, before);
	}
	return str_c(dest);
}
