/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in notice-paragraphs.h. */

#include "lib.h"
#include "notice-paragraphs.h"
#include "unichar.h"

#include <ctype.h>

const char *coexist_notice_line_end(const char *line)
{
	return line + strcspn(line, "\n");
}

bool coexist_notice_line_is_empty(const char *line)
{
	return line[strspn(line, " \t")] == '\n';
}

bool coexist_notice_paragraph_next(const char **text,
				   struct coexist_notice_part *part_r)
{
	const char *p = *text;

	while (*p != '\0' && coexist_notice_line_is_empty(p))
		p = coexist_notice_line_end(p) + 1;
	part_r->begin = p;
	while (*p != '\0' && !coexist_notice_line_is_empty(p))
		p = coexist_notice_line_end(p) + 1;
	part_r->end = *text = p;
	return part_r->begin < part_r->end;
}

bool coexist_notice_is_one_line(const struct coexist_notice_part *part)
{
	return coexist_notice_line_end(part->begin) + 1 == part->end;
}

/* Returns TRUE for what may be a letter of Latin, Greek, Cyrillic or Armenian:
   those scripts have capitals. */
static bool has_cases(unichar_t chr)
{
	return chr < 0x80 ? i_isalpha(chr) : chr >= 0xC0 && chr < 0x590;
}

bool coexist_notice_is_heading(const struct coexist_notice_part *part)
{
	bool capitals = FALSE;
	const char *p = part->begin;
	unichar_t chr;
	int size;

	if (!coexist_notice_is_one_line(part))
		return FALSE;
	while (p < part->end && (size = uni_utf8_get_char(p, &chr)) > 0) {
		if (uni_ucs4_to_titlecase(chr) != chr)
			return FALSE;
		if (has_cases(chr))
			capitals = TRUE;
		p += size;
	}
	return capitals;
}

bool coexist_notice_is_list(const char *line)
{
	return strncmp(line, COEXIST_NOTICE_LIST_ITEM,
		       strlen(COEXIST_NOTICE_LIST_ITEM)) == 0;
}

bool coexist_notice_item_next(const char **p, const char *end,
			      struct coexist_notice_part *item_r)
{
	if (*p == end)
		return FALSE;
	item_r->begin = *p;
	do {
		*p = coexist_notice_line_end(*p) + 1;
	} while (*p < end && !coexist_notice_is_list(*p));
	item_r->end = *p;
	return TRUE;
}
