/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in retention-memory.h. */

#include "lib.h"
#include "retention-memory.h"
#include "mail-user.h"
#include "mailbox-state.h"

#define STATE_DAYS "retention_days"
#define STATE_DELETES "retention_deletes"
#define STATE_TOLD "retention_told"
#define STATE_UNTIL "retention_until"
#define STATE_COUNT "retention_count"

static bool number_parse(const char *text, const char *name, uint64_t *number_r)
{
	const char *value = coexist_state_text_get(text, name);

	return value != NULL && str_to_uint64(value, number_r) == 0;
}

static bool
brake_parse(const char *text, struct coexist_brake_state *state)
{
	const char *deletes = coexist_state_text_get(text, STATE_DELETES);

	state->deletes = null_strcmp(deletes, "yes") == 0;
	return number_parse(text, STATE_DAYS, &state->keep_days) &&
		number_parse(text, STATE_TOLD, &state->told_at) &&
		number_parse(text, STATE_UNTIL, &state->until) &&
		number_parse(text, STATE_COUNT, &state->told_count) &&
		state->until >= state->told_at;
}

void coexist_retention_memory_read(struct mail_user *user,
				   struct coexist_brake_state *state_r)
{
	const char *text;

	i_zero(state_r);
	(void)coexist_mailbox_state_read(user, &text);
	if (!brake_parse(text, state_r))
		i_zero(state_r);
}

int coexist_retention_memory_write(struct mail_user *user,
				   const struct coexist_brake_state *state,
				   const char **error_r)
{
	const struct coexist_state_value values[] = {
		{ STATE_DAYS, dec2str(state->keep_days) },
		{ STATE_DELETES, state->deletes ? "yes" : "no" },
		{ STATE_TOLD, dec2str(state->told_at) },
		{ STATE_UNTIL, dec2str(state->until) },
		{ STATE_COUNT, dec2str(state->told_count) }
	};

	return coexist_mailbox_state_try_set(user, values, N_ELEMENTS(values),
				     error_r);
}

void coexist_retention_memory_forget(struct mail_user *user, const char *text)
{
	struct coexist_brake_state state;
	const char *error;

	if (coexist_state_text_get(text, STATE_DAYS) == NULL)
		return;
	coexist_retention_memory_read(user, &state);
	if (state.keep_days == 0)
		return;
	i_zero(&state);
	if (coexist_retention_memory_write(user, &state, &error) < 0) {
		e_warning(user->event, "coexist: Can't remember that "
			  "pop3_keep_days is off: %s", error);
	}
}
