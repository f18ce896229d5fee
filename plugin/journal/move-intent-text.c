/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in move-intent-text.h. */

#include "lib.h"
#include "move-intent-text.h"
#include "str.h"
#include "strescape.h"
#include "uid-list.h"

/* source, its UIDVALIDITY, target, its UIDVALIDITY and UID, UIDs, and the word that
   says that the line was written to its end */
#define FIELDS 7
#define LINE_END "end"

static int
line_parse(const char *const *fields, struct coexist_move_intent_line *line)
{
	if (str_array_length(fields) != FIELDS ||
	    strcmp(fields[FIELDS - 1], LINE_END) != 0)
		return -1;
	line->source = fields[0];
	line->target = fields[2];
	if (str_to_uint32(fields[1], &line->uidvalidity) < 0 ||
	    str_to_uint32(fields[3], &line->target_uidvalidity) < 0 ||
	    str_to_uint32(fields[4], &line->target_uid) < 0 ||
	    coexist_uid_list_parse(fields[5], &line->uids) < 0)
		return -1;
	coexist_uid_list_sort(&line->uids);
	return 0;
}

void coexist_move_intent_lines_read(pool_t pool, const char *text,
				    ARRAY_TYPE(coexist_move_intent_line) *lines)
{
	const char *const *texts = t_strsplit(text, "\n");
	struct coexist_move_intent_line line;
	const char *const *fields;

	for (; *texts != NULL; texts++) {
		i_zero(&line);
		p_array_init(&line.uids, pool, 8);
		fields = (const char *const *)
			p_strsplit_tabescaped(pool, *texts);
		if (line_parse(fields, &line) == 0)
			array_push_back(lines, &line);
	}
}

void coexist_move_intent_line_write(string_t *dest,
				    const struct coexist_move_intent_line *line)
{
	str_append_tabescaped(dest, line->source);
	str_printfa(dest, "\t%u\t", line->uidvalidity);
	str_append_tabescaped(dest, line->target);
	str_printfa(dest, "\t%u\t%u\t", line->target_uidvalidity,
		    line->target_uid);
	coexist_uid_list_write(dest, &line->uids);
	str_append(dest, "\t"LINE_END"\n");
}
