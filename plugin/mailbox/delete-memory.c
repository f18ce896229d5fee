/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in delete-memory.h. */

#include "lib.h"
#include "delete-memory.h"
#include "mailbox-state.h"
#include "session-policy.h"

#define STATE_ACTION "pop3_delete"

void coexist_delete_remember(struct mail_user *user)
{
	const struct coexist_policy *policy = coexist_session_policy_get(user);
	const enum coexist_key key = COEXIST_KEY_pop3_delete;
	struct coexist_state_value value = { .name = STATE_ACTION };
	const char *state, *before;

	if (policy == NULL ||
	    coexist_policy_number(policy, key) == COEXIST_DELETE_EXPUNGE ||
	    coexist_mailbox_state_read(user, &state) < 0)
		return;
	value.value = coexist_policy_text(policy, key);
	before = coexist_state_text_get(state, STATE_ACTION);
	if (before == NULL || strcmp(before, value.value) != 0)
		(void)coexist_mailbox_state_set(user, &value, 1);
}

enum coexist_delete coexist_delete_recall(struct mail_user *user)
{
	struct coexist_value value;
	const char *state, *text;

	(void)coexist_mailbox_state_read(user, &state);
	text = coexist_state_text_get(state, STATE_ACTION);
	if (text == NULL ||
	    coexist_value_parse(&coexist_policy_keys[COEXIST_KEY_pop3_delete],
				text, &value) != COEXIST_VALUE_VALID)
		return COEXIST_DELETE_EXPUNGE;
	return (enum coexist_delete)value.number;
}
