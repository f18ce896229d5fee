/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in login-state.h. */

#include "lib.h"
#include "login-state.h"
#include "policy-value.h"
#include "userdb-fields.h"

#define EVENT_STATE "coexist_login_state"

struct coexist_login_state *
coexist_login_state_get(struct auth_request *request)
{
	struct coexist_login_state *state =
		event_get_ptr(request->event, EVENT_STATE);

	if (state == NULL) {
		state = p_new(request->pool, struct coexist_login_state, 1);
		state->request = request;
		event_set_ptr(request->event, EVENT_STATE, state);
	}
	return state;
}

struct coexist_login_refusal *
coexist_login_state_refusal(struct coexist_login_state *state)
{
	if (state->refusal == NULL) {
		state->refusal = p_new(state->request->pool,
				       struct coexist_login_refusal, 1);
	}
	return state->refusal;
}

static void
text_set(struct coexist_login_state *state, pool_t pool, enum coexist_key key,
	 const char *value)
{
	if (state->userdb_texts == NULL) {
		state->userdb_texts =
			p_new(pool, const char *, COEXIST_KEY_COUNT);
	}
	state->userdb_texts[key] = value == NULL ? "yes" :
		coexist_userdb_value(pool, p_strdup(pool, value));
}

void coexist_login_state_read_userdb(struct coexist_login_state *state)
{
	struct auth_request *request = state->request;
	const size_t prefix_length = strlen(COEXIST_KEY_PREFIX);
	const struct auth_field *field;
	enum coexist_key key;

	state->userdb_texts = NULL;
	if (request->fields.userdb_reply == NULL)
		return;
	array_foreach(auth_fields_export(request->fields.userdb_reply),
		      field) {
		if (strncmp(field->key, COEXIST_KEY_PREFIX,
			    prefix_length) == 0 &&
		    coexist_key_find(field->key + prefix_length, &key))
			text_set(state, request->pool, key, field->value);
	}
}
