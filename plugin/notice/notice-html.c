/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in notice-html.h. */

#include "lib.h"
#include "notice-html.h"
#include "notice-expand.h"
#include "str.h"

/* Colours and sizes that hold on white and on black, as mail programs have it;
   nothing but what programs without style sheets know. */
#define HTML_HEADING \
	"<h2 style=\"margin:24px 0 8px;font-size:14px;" \
	"line-height:20px\">"
#define HTML_PARAGRAPH "<p style=\"margin:0 0 14px\">"
#define HTML_LIST "<ul style=\"margin:0 0 14px;padding:0 0 0 20px\">\n"
#define HTML_TABLE \
	"<table width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" " \
	"border=\"0\"\nstyle=\"margin:0 0 14px;border-collapse:collapse\">\n"
#define HTML_CELL "padding:6px 0;border-bottom:1px solid #999999;"
#define HTML_NAME_CELL \
	"<td align=\"left\" style=\"" HTML_CELL "word-break:break-word\">"
#define HTML_VALUE_CELL \
	"<td align=\"right\" valign=\"bottom\" style=\"" HTML_CELL \
	"padding-left:16px;white-space:nowrap\">"

/* Lines flow, except those that are indented. */
static void
html_lines_append(struct coexist_notice_reader *reader, string_t *dest,
		  const struct coexist_notice_part *part)
{
	struct coexist_notice_part line = { .begin = part->begin };

	for (;;) {
		line.begin += strspn(line.begin, " \t");
		line.end = coexist_notice_line_end(line.begin);
		coexist_notice_part_append(reader, dest, &line,
					   COEXIST_FORM_MARKED_UP);
		coexist_notice_line_trim(dest);
		line.begin = line.end + 1;
		if (line.begin >= part->end)
			break;
		if (strchr(" \t", *line.begin) != NULL)
			str_append(dest, "<br>");
		str_append_c(dest, '\n');
	}
}

static void
html_table_append(string_t *dest, const struct coexist_notice_variable *table)
{
	unsigned int i;

	str_append(dest, HTML_TABLE);
	for (i = 0; i < table->rows_count; i++) {
		str_append(dest, "<tr>\n" HTML_NAME_CELL);
		coexist_notice_value_append(dest, table->rows[i].name,
					    /*escape=*/TRUE);
		str_append(dest, "</td>\n" HTML_VALUE_CELL);
		coexist_notice_value_append(dest, table->rows[i].value,
					    /*escape=*/TRUE);
		str_append(dest, "</td>\n</tr>\n");
	}
	str_append(dest, "</table>\n");
}

/* Returns the item's text in one line, so that its indentation does not count. */
static void
html_item_append(struct coexist_notice_reader *reader, string_t *dest,
		 const struct coexist_notice_part *item)
{
	struct coexist_notice_part line = {
		.begin = item->begin + strlen(COEXIST_NOTICE_LIST_ITEM)
	};

	str_append(dest, "<li>");
	while (line.begin < item->end) {
		line.begin += strspn(line.begin, " \t");
		line.end = coexist_notice_line_end(line.begin);
		coexist_notice_part_append(reader, dest, &line,
					   COEXIST_FORM_MARKED_UP);
		coexist_notice_line_trim(dest);
		str_append_c(dest, '\n');
		line.begin = line.end + 1;
	}
	str_truncate(dest, str_len(dest) - 1);
	str_append(dest, "</li>\n");
}

static void
html_list_append(struct coexist_notice_reader *reader, string_t *dest,
		 const struct coexist_notice_part *list)
{
	const char *p = list->begin;
	struct coexist_notice_part item;
	size_t before = str_len(dest), empty;

	str_append(dest, HTML_LIST);
	empty = str_len(dest);
	while (coexist_notice_item_next(&p, list->end, &item)) {
		if (!coexist_notice_part_is_empty(reader, &item))
			html_item_append(reader, dest, &item);
	}
	if (str_len(dest) == empty)
		str_truncate(dest, before);
	else
		str_append(dest, "</ul>\n");
}

static void html_append(struct coexist_notice_reader *reader, string_t *dest,
			const struct coexist_notice_part *part)
{
	const struct coexist_notice_variable *table =
		coexist_notice_table_find(reader, part);
	bool heading = coexist_notice_is_heading(part);

	if (table != NULL) {
		if (table->rows_count > 0)
			html_table_append(dest, table);
	} else if (coexist_notice_is_list(part->begin)) {
		html_list_append(reader, dest, part);
	} else if (!coexist_notice_part_is_empty(reader, part)) {
		str_append(dest, heading ? HTML_HEADING : HTML_PARAGRAPH);
		html_lines_append(reader, dest, part);
		str_append(dest, heading ? "</h2>\n" : "</p>\n");
	}
}

const char *coexist_notice_html_write(struct coexist_notice_reader *reader,
				      const char *body)
{
	string_t *dest = t_str_new(strlen(body) * 2 + 4096);
	struct coexist_notice_part part;

	while (coexist_notice_paragraph_next(&body, &part))
		html_append(reader, dest, &part);
	return str_c(dest);
}
