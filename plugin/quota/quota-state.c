/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-state.h. */

#include "lib.h"
#include "quota-state.h"
#include "quota-level-name.h"
#include "state-file.h"

#define STATE_LEVEL "quota_level"
#define STATE_LEVEL_AT "quota_level_at"
#define STATE_TOLD_AT "quota_told_at"

static bool time_parse(const char *text, const char *name, uint64_t *time_r)
{
	const char *value = coexist_state_text_get(text, name);

	*time_r = 0;
	return value == NULL || str_to_uint64(value, time_r) == 0;
}

bool coexist_quota_state_parse(const char *text,
			       struct coexist_quota_state *state_r)
{
	const char *level = coexist_state_text_get(text, STATE_LEVEL);
	struct coexist_quota_state state = { .known = TRUE };

	i_zero(state_r);
	if (level == NULL)
		return TRUE;
	if (!coexist_quota_level_parse(level, &state.level) ||
	    !time_parse(text, STATE_LEVEL_AT, &state.level_at) ||
	    !time_parse(text, STATE_TOLD_AT, &state.told_at))
		return FALSE;
	*state_r = state;
	return TRUE;
}

void coexist_quota_state_format(const struct coexist_quota_state *state,
	struct coexist_state_value values_r[COEXIST_QUOTA_STATE_VALUES])
{
	char name[COEXIST_QUOTA_LEVEL_MAX_LENGTH];

	values_r[0].name = STATE_LEVEL;
	values_r[0].value =
		t_strdup(coexist_quota_level_name(&state->level, name));
	values_r[1].name = STATE_LEVEL_AT;
	values_r[1].value = dec2str(state->level_at);
	values_r[2].name = STATE_TOLD_AT;
	values_r[2].value = dec2str(state->told_at);
}
