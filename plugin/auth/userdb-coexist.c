/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* userdb driver "coexist": hands the mailbox's policy to its sessions, in one
   field beside those that the userdbs name themselves. It comes last and knows no
   users: the ones before it do. */

#include "lib.h"
#include "auth-coexist.h"
#include "gate.h"
#include "gate-handover.h"
#include "gate-lookup.h"
#include "gate-second-look.h"
#include "login-state.h"

struct coexist_userdb_module {
	struct userdb_module module;
	struct coexist_gate *gate;
};

/* Where the gate let the login pass, the passdb may not have known all that the
   userdb says, or not whose mailbox it is. */
static enum coexist_gate_second_look
look_again(const struct coexist_login_state *state,
	   struct auth_request *request,
	   const struct coexist_gate_policy *policy)
{
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
userdb_decided(const struct coexist_gate_policy *policy, void *context)
{
	struct auth_request *request = context;
	struct coexist_login_state *state = coexist_login_state_get(request);
	struct coexist_gate *gate = state->userdb_gate;
	enum coexist_gate_second_look look;
	enum userdb_result result = USERDB_RESULT_OK;

	look = look_again(state, request, policy);
	e_debug(authdb_event(request), "%s", look_describe(state, look));
	switch (look) {
	case COEXIST_GATE_STILL_PASSES:
		coexist_gate_handover_add_passed(gate, request, policy);
		break;
	case COEXIST_GATE_SESSION_DECIDES:
		if (!coexist_gate_handover_add(gate, request, policy))
			result = fail(request);
		break;
	case COEXIST_GATE_REFUSES_HERE:
		result = fail(request);
		break;
	}
	state->userdb_callback(result, request);
	auth_request_unref(&request);
}

static void
coexist_lookup(struct auth_request *request, userdb_callback_t *callback)
{
	struct coexist_userdb_module *module =
		(struct coexist_userdb_module *)request->userdb->userdb;
	struct coexist_login_state *state;

	if (!request->userdb_success) {
		/* OK from here would make a user out of anybody */
		callback(USERDB_RESULT_USER_UNKNOWN, request);
		return;
	}
	state = coexist_login_state_get(request);
	coexist_login_state_read_userdb(state, request);
	if (state->userdb_texts == NULL &&
	    coexist_gate_handover_add_kept(module->gate, request)) {
		callback(USERDB_RESULT_OK, request);
		return;
	}
	state->userdb_gate = module->gate;
	state->userdb_callback = callback;
	auth_request_ref(request);
	coexist_gate_lookup(module->gate, authdb_event(request),
			    request->fields.user,
			    state->userdb_texts,
			    coexist_login_is_user(request, state->asked_user),
			    userdb_decided, request);
}

static int
coexist_preinit(pool_t pool, struct event *event, const char *args,
		struct userdb_module **module_r, const char **error_r)
{
	struct coexist_userdb_module *module;

	module = p_new(pool, struct coexist_userdb_module, 1);
	if (coexist_gate_init(event, args, &module->gate, error_r) < 0)
		return -1;
	*module_r = &module->module;
	return 0;
}

static void coexist_deinit(struct userdb_module *_module)
{
	struct coexist_userdb_module *module =
		(struct coexist_userdb_module *)_module;

	coexist_gate_unref(&module->gate);
}

COEXIST_USERDB_PREINIT(userdb_coexist_preinit, coexist_preinit)

struct userdb_module_interface coexist_userdb_interface = {
	.name = "coexist",

	.preinit = userdb_coexist_preinit,
	.deinit = coexist_deinit,

	.lookup = coexist_lookup
};
