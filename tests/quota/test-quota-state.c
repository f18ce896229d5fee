/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What dovecot-coexist.state says of quota notices, read and written. */

#include "lib.h"
#include "quota-state.h"
#include "str.h"

#include <stdio.h>

#define NONE COEXIST_QUOTA_LEVEL_NONE
#define PERCENT COEXIST_QUOTA_LEVEL_PERCENT
#define FREE COEXIST_QUOTA_LEVEL_FREE

static const struct row {
	const char *label, *text;
	bool valid;
	struct coexist_quota_state state;
} rows[] = {
	{ "no file", "", TRUE, { .known = FALSE } },
	{ "a file of others", "alert=a\n", TRUE, { .known = FALSE } },
	{ "below every level",
	  "quota_level=none\nquota_level_at=0\nquota_told_at=0\n", TRUE,
	  { .known = TRUE, .level = { NONE, 0 } } },
	{ "a level that was told",
	  "quota_level=90%\nquota_level_at=17\nquota_told_at=18\n", TRUE,
	  { .known = TRUE, .level = { PERCENT, 90 }, .level_at = 17,
	    .told_at = 18 } },
	{ "a level by what is free", "quota_level=free:1024\n", TRUE,
	  { .known = TRUE, .level = { FREE, 1024 } } },
	{ "times without a level", "quota_level_at=17\nquota_told_at=18\n",
	  TRUE, { .known = FALSE } },
	{ "no such level", "quota_level=101%\n", FALSE, { .known = FALSE } },
	{ "an empty level", "quota_level=\n", FALSE, { .known = FALSE } },
	{ "no such time", "quota_level=90%\nquota_level_at=-1\n", FALSE,
	  { .known = FALSE } },
	{ "another one", "quota_level=90%\nquota_told_at=x\n", FALSE,
	  { .known = FALSE } },
};

static bool equal(const struct coexist_quota_state *a,
		  const struct coexist_quota_state *b)
{
	return a->known == b->known && a->level.kind == b->level.kind &&
		a->level.number == b->level.number &&
		a->level_at == b->level_at && a->told_at == b->told_at;
}

static bool parse_holds(const struct row *row)
{
	struct coexist_quota_state state;

	return coexist_quota_state_parse(row->text, &state) == row->valid &&
		equal(&state, &row->state);
}

/* What is written is read as the same. */
static bool format_holds(const struct row *row)
{
	struct coexist_state_value values[COEXIST_QUOTA_STATE_VALUES];
	struct coexist_quota_state state;
	string_t *text = t_str_new(128);
	unsigned int i;

	if (!row->state.known)
		return TRUE;
	coexist_quota_state_format(&row->state, values);
	for (i = 0; i < N_ELEMENTS(values); i++)
		str_printfa(text, "%s=%s\n", values[i].name, values[i].value);
	return coexist_quota_state_parse(str_c(text), &state) &&
		equal(&state, &row->state);
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(rows); i++) {
		if (!parse_holds(&rows[i]) || !format_holds(&rows[i])) {
			printf("%s\n", rows[i].label);
			failed++;
		}
	}
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
