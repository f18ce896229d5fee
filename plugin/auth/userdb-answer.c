/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in userdb-answer.h. */

#include "lib.h"
#include "userdb-answer.h"
#include "array.h"
#include "compat-auth.h"
#include "gate-handover.h"
#include "gate-lookup.h"
#include "gate-recheck.h"
#include "gate-second-look.h"
#include "login-state.h"
#include "policy-handover.h"
#include "userdb-fields.h"

/* Where the gate let the login pass, it may not have known all that the userdb
   says, or not whose mailbox it is. */
static enum coexist_gate_second_look
look_again(const struct coexist_login_state *state,
	   const struct coexist_gate_policy *policy)
{
	struct auth_request *request = state->request;

	if (!state->passed)
		return COEXIST_GATE_SESSION_DECIDES;
	return state->userdb_texts == NULL &&
		coexist_login_is_user(request, state->asked_user) ?
		COEXIST_GATE_STILL_PASSES :
		coexist_gate_look_again(state->userdb_gate, request, policy);
}

static const char *
look_describe(const struct coexist_login_state *state,
	      enum coexist_gate_second_look look)
{
	if (!state->passed)
		return "The gate was not asked about a login";
	switch (look) {
	case COEXIST_GATE_STILL_PASSES:
		return "Second look: the login passes";
	case COEXIST_GATE_SESSION_DECIDES:
		return "Second look: the session is to refuse the login";
	case COEXIST_GATE_REFUSES_HERE:
		break;
	}
	return "Second look: the login is refused";
}

static enum userdb_result fail(struct auth_request *request)
{
	/* the userdbs before have succeeded, which would count */
	request->userdb_lookup_tempfailed = TRUE;
	return USERDB_RESULT_INTERNAL_FAILURE;
}

static void
answer(struct coexist_login_state *state, enum userdb_result result)
{
	coexist_auth_event_end(state->request, &state->userdb_event);
	state->userdb_callback(result, state->request);
}

static void
answer_decided(const struct coexist_gate_policy *policy, void *context)
{
	struct coexist_login_state *state = context;
	struct auth_request *request = state->request;
	struct coexist_gate *gate = state->userdb_gate;
	enum coexist_gate_second_look look;
	enum userdb_result result = USERDB_RESULT_OK;

	if (!state->passed && coexist_gate_is_recheck(gate, request)) {
		coexist_gate_recheck_answer(gate, state, policy);
		answer(state, result);
		auth_request_unref(&request);
		return;
	}
	look = look_again(state, policy);
	e_debug(authdb_event(request), "%s",
		look_describe(state, look));
	switch (look) {
	case COEXIST_GATE_STILL_PASSES:
		coexist_gate_handover_add_passed(gate, state, policy);
		break;
	case COEXIST_GATE_SESSION_DECIDES:
		if (!coexist_gate_handover_add(gate, state, policy))
			result = fail(request);
		break;
	case COEXIST_GATE_REFUSES_HERE:
		result = fail(request);
		break;
	}
	answer(state, result);
	auth_request_unref(&request);
}

#define OUR_CARRIER COEXIST_HANDOVER_CARRIER_BEGIN COEXIST_KEY_PREFIX

/* Returns TRUE if one of the fields is the carrier, or has a name of ours: of most
   users there is none. */
static bool have_ours(struct auth_fields *fields)
{
	const struct auth_field *field;

	array_foreach(auth_fields_export(fields), field) {
		if (strncmp(field->key, COEXIST_KEY_PREFIX,
			    strlen(COEXIST_KEY_PREFIX)) == 0 ||
		    strcmp(field->key, COEXIST_HANDOVER_CARRIER) == 0)
			return TRUE;
	}
	return FALSE;
}

/* What the gate says is the gate's alone: a userdb that has such a field, out of
   what somebody's directory says, must not speak for it. */
static void remove_ours(struct auth_fields *fields)
{
	static const char *const names[] = {
		COEXIST_KEY_PREFIX COEXIST_USERDB_FIELD_GATE,
		COEXIST_KEY_PREFIX COEXIST_USERDB_FIELD_POLICY
	};
	const char *carried = auth_fields_find(fields, COEXIST_HANDOVER_CARRIER);
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(names); i++) {
		if (auth_fields_exists(fields, names[i]))
			auth_fields_remove(fields, names[i]);
	}
	if (carried != NULL &&
	    strncmp(carried, OUR_CARRIER, strlen(OUR_CARRIER)) == 0)
		auth_fields_remove(fields, COEXIST_HANDOVER_CARRIER);
}

/* Takes notice of what the userdbs have said of the policy. */
static void userdb_read(struct coexist_login_state *state)
{
	struct auth_fields *fields = state->request->fields.userdb_reply;

	state->userdb_texts = NULL;
	state->userdb_is_plain = !have_ours(fields);
	if (!state->userdb_is_plain) {
		remove_ours(fields);
		coexist_login_state_read_userdb(state);
	}
}

static void lookup(struct coexist_gate *gate, struct coexist_login_state *state)
{
	struct auth_request *request = state->request;
	enum coexist_gate_lookup_flags flags = 0;

	if (state->userdb_event == NULL)
		state->userdb_event = coexist_auth_event_begin(request);
	e_debug(authdb_event(request), "Looks up the policy to hand over");
	if (state->is_traced)
		flags |= COEXIST_GATE_LOOKUP_TRACED;
	if (coexist_login_is_user(request, state->asked_user))
		flags |= COEXIST_GATE_LOOKUP_AGAIN;
	state->userdb_gate = gate;
	auth_request_ref(request);
	coexist_gate_lookup(gate, authdb_event(request), request,
			    state->userdb_texts, flags, answer_decided, state);
}

void coexist_userdb_answer(struct coexist_gate *gate,
			   struct coexist_login_state *state,
			   userdb_callback_t *callback)
{
	struct auth_request *request = state->request;

	state->userdb_callback = callback;
	userdb_read(state);
	if (state->asked_user == NULL)
		state->is_traced = event_want_debug(request->event);
	/* an event costs as much as all the rest */
	if (state->is_traced)
		state->userdb_event = coexist_auth_event_begin(request);
	if (state->userdb_texts == NULL &&
	    coexist_gate_handover_add_kept(gate, state))
		answer(state, USERDB_RESULT_OK);
	else
		lookup(gate, state);
}
