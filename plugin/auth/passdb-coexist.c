/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* passdb driver "coexist": the gate. Its block in dovecot.conf is where the gate is
   configured, which decides at the reply (reply-gate.h). Where it can't or shall
   not, the driver decides among the passdbs: it comes after the one that verifies
   the password, which has to continue (result_success = continue-ok). It knows no
   passwords itself. */

#include "lib.h"
#include "auth-coexist.h"
#include "compat-auth.h"
#include "gate.h"
#include "gate-block.h"
#include "gate-login.h"
#include "gate-refusal.h"
#include "open-chain.h"
#include "password-proof.h"
#include "refusal-after-proof.h"
#include "reply-gate.h"
#include "userdb-watch.h"

static struct coexist_gate *gate_get(const struct auth_request *request)
{
	const struct coexist_passdb_module *module =
		(const struct coexist_passdb_module *)request->passdb->passdb;

	return module->gate;
}

/* Returns TRUE if a passdb has verified the password, and knows the user: a
   master user's password is proved before anybody is asked about the user. */
static bool is_verified(const struct auth_request *request)
{
	return request->fields.skip_password_check &&
		(request->fields.master_user == NULL ||
		 request->passdb_success);
}

/* Lets a login go on as it was, and tells our userdb that the gate was asked.
   Success is what it was already: another passdb verified the password. */
static enum passdb_result pass(struct coexist_login_state *state)
{
	state->passed = TRUE;
	return PASSDB_RESULT_OK;
}

static void
verify_plain_decided(enum coexist_gate_verdict verdict, const char *reason,
		     struct coexist_login_state *state)
{
	struct auth_request *request = state->request;
	bool elsewhere = state->proof == COEXIST_GATE_PROVED_ELSEWHERE;
	enum passdb_result result;

	if (elsewhere && !coexist_gate_is_log_only(state->facts.gate)) {
		/* a session here, after all, is for the userdb to decide */
		result = PASSDB_RESULT_OK;
	} else if (elsewhere || verdict == COEXIST_GATE_PASS) {
		result = pass(state);
	} else if (coexist_auth_request_calls_token_invalid(request)) {
		coexist_refuse_after_proof(state, verdict, reason);
		result = PASSDB_RESULT_OK;
	} else {
		/* Unlike other failures this one ignores the result_* rules
		   and keeps the fields. */
		coexist_gate_refusal_reply(request, verdict, reason);
		result = PASSDB_RESULT_USER_DISABLED;
	}
	state->passdb.verify_plain(result, request);
}

static void
coexist_verify_plain(struct auth_request *request,
		     const char *password ATTR_UNUSED,
		     verify_plain_callback_t *callback)
{
	struct coexist_gate *gate = gate_get(request);
	struct coexist_login_state *state;

	if (!is_verified(request)) {
		/* nobody verified the password: nothing is said about the
		   policy */
		callback(PASSDB_RESULT_USER_UNKNOWN, request);
		return;
	}
	if (coexist_reply_gate_is_in_force()) {
		callback(PASSDB_RESULT_OK, request);
		return;
	}
	state = coexist_login_state_get(request);
	state->passdb.verify_plain = callback;
	coexist_password_proof_take(state);
	coexist_gate_login(gate, state,
			   coexist_password_proof_find(gate, state),
			   verify_plain_decided);
}

static void
lookup_credentials_decided(enum coexist_gate_verdict verdict,
			   const char *reason,
			   struct coexist_login_state *state)
{
	switch (verdict) {
	case COEXIST_GATE_PASS:
		(void)pass(state);
		coexist_watch_proof(state->request);
		break;
	case COEXIST_GATE_REFUSE:
	case COEXIST_GATE_TEMPFAIL:
		coexist_refuse_after_proof(state, verdict, reason);
		break;
	}
	coexist_auth_credentials_reply(state->passdb.lookup_credentials,
				       PASSDB_RESULT_OK, state->request);
}

static void
coexist_lookup_credentials(struct auth_request *request,
			   lookup_credentials_callback_t *callback)
{
	struct coexist_login_state *state;

	if (!is_verified(request)) {
		/* as above */
		coexist_auth_credentials_reply(callback,
					       PASSDB_RESULT_USER_UNKNOWN,
					       request);
		return;
	}
	if (coexist_reply_gate_is_in_force()) {
		coexist_auth_credentials_reply(callback, PASSDB_RESULT_OK,
					       request);
		return;
	}
	state = coexist_login_state_get(request);
	state->passdb.lookup_credentials = callback;
	coexist_gate_login(gate_get(request), state,
			   COEXIST_GATE_PROVED_LATER,
			   lookup_credentials_decided);
}

static int
coexist_preinit(pool_t pool, struct event *event, const char *args,
		struct passdb_module **module_r, const char **error_r)
{
	struct coexist_passdb_module *module;

	module = p_new(pool, struct coexist_passdb_module, 1);
	if (coexist_gate_init(event, args, &module->gate, error_r) < 0)
		return -1;
	*module_r = &module->module;
	return 0;
}

static void coexist_init(struct passdb_module *_module)
{
	struct coexist_passdb_module *module =
		(struct coexist_passdb_module *)_module;

	coexist_password_proof_watch();
	coexist_gate_blocks_find(coexist_passdb_interface.name);
	coexist_reply_gate_start();
	if (!coexist_reply_gate_is_in_force())
		coexist_open_chain_watch();
	coexist_userdb_watch_start(_module, module->gate);
}

static void coexist_deinit(struct passdb_module *_module)
{
	struct coexist_passdb_module *module =
		(struct coexist_passdb_module *)_module;

	/* mechanisms go before this module does */
	coexist_reply_gate_stop();
	coexist_open_chain_unwatch();
	coexist_password_proof_unwatch();
	coexist_userdb_watch_end(module->gate);
	/* the logins that wait are answered before their gate is forgotten */
	coexist_gate_unref(&module->gate);
	coexist_gate_blocks_end(module);
}

COEXIST_PASSDB_PREINIT(passdb_coexist_preinit, coexist_preinit)

struct passdb_module_interface coexist_passdb_interface = {
	.name = "coexist",

	.preinit = passdb_coexist_preinit,
	.init = coexist_init,
	.deinit = coexist_deinit,

	.verify_plain = coexist_verify_plain,
	.lookup_credentials = coexist_lookup_credentials
};
