/* See the contract in retention-memory.h. */

#include "lib.h"
#include "retention-memory.h"
#include "mail-user.h"
#include "coexist-state.h"

#define STATE_DAYS "retention_days"
#define STATE_DELETES "retention_deletes"
#define STATE_TOLD "retention_told"
#define STATE_UNTIL "retention_until"
#define STATE_COUNT "retention_count"
#define STATE_NOTICE "retention_notice"

static bool number_parse(const char *text, const char *name, uint64_t *number_r)
{
	const char *value = coexist_state_text_get(text, name);

	return value != NULL && str_to_uint64(value, number_r) == 0;
}

static bool
notice_parse(const char *text, struct coexist_notice_place *place_r)
{
	const char *value = coexist_state_text_get(text, STATE_NOTICE);
	const char *colon = value == NULL ? NULL : strchr(value, ':');

	return colon != NULL &&
		str_to_uint32(t_strdup_until(value, colon),
			      &place_r->uidvalidity) == 0 &&
		str_to_uint32(colon + 1, &place_r->uid) == 0;
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
				   struct coexist_retention_memory *memory_r)
{
	const char *text;

	i_zero(memory_r);
	(void)coexist_state_read(user, &text);
	if (!brake_parse(text, &memory_r->state))
		i_zero(&memory_r->state);
	if (!notice_parse(text, &memory_r->notice))
		i_zero(&memory_r->notice);
}

static const char *number_format(uint64_t number)
{
	return t_strdup_printf("%"PRIu64, number);
}

int coexist_retention_memory_write(struct mail_user *user,
	const struct coexist_retention_memory *memory, const char **error_r)
{
	const struct coexist_brake_state *state = &memory->state;
	const struct coexist_notice_place *notice = &memory->notice;
	const struct coexist_state_value values[] = {
		{ STATE_DAYS, number_format(state->keep_days) },
		{ STATE_DELETES, state->deletes ? "yes" : "no" },
		{ STATE_TOLD, number_format(state->told_at) },
		{ STATE_UNTIL, number_format(state->until) },
		{ STATE_COUNT, number_format(state->told_count) },
		{ STATE_NOTICE, t_strdup_printf("%u:%u", notice->uidvalidity,
						notice->uid) }
	};

	return coexist_state_try_set(user, values, N_ELEMENTS(values),
				     error_r);
}

void coexist_retention_memory_forget(struct mail_user *user)
{
	struct coexist_retention_memory memory;
	const char *error;

	coexist_retention_memory_read(user, &memory);
	if (memory.state.keep_days == 0)
		return;
	i_zero(&memory.state);
	if (coexist_retention_memory_write(user, &memory, &error) < 0) {
		e_warning(user->event, "coexist: Can't remember that "
			  "pop3_keep_days is off: %s", error);
	}
}
