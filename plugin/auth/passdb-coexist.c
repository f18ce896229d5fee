/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* passdb driver "coexist": the gate. It comes after the passdb that verifies
   the password, which has to continue (result_success = continue-ok), and it
   knows no passwords itself. */

#include "lib.h"
#include "auth-coexist.h"
#include "compat-auth.h"
#include "gate.h"
#include "gate-login.h"
#include "gate-refusal.h"
#include "password-proof.h"
#include "refusal-after-proof.h"

struct coexist_passdb_module {
	struct passdb_module module;
	struct coexist_gate *gate;
};

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

/* Returns TRUE if the login goes on to a host that verifies the client's own
   password, and not another one that the passdb knows, or none. */
static bool is_verified_elsewhere(const struct auth_request *request)
{
	struct auth_fields *fields = request->fields.extra_fields;
	const char *password = auth_fields_find(fields, "pass");

	return (auth_fields_exists(fields, "proxy") ||
		auth_fields_exists(fields, "proxy_maybe")) &&
		!auth_fields_exists(fields, "proxy_noauth") &&
		(password == NULL ||
		 null_strcmp(password, request->mech_password) == 0);
}

/* Returns TRUE if the client has shown a certificate that names the user. */
static bool has_certificate(const struct auth_request *request)
{
	return request->fields.valid_client_cert &&
		request->fields.cert_username;
}

/* Where any password is taken and none is verified elsewhere, who connects is
   relied on, or everybody could log in. */
static enum coexist_gate_proof
proof_find(const struct coexist_gate *gate, struct auth_request *request)
{
	return coexist_password_take_any(request) &&
		is_verified_elsewhere(request) && !has_certificate(request) &&
		!coexist_login_is_verified(gate, request) ?
		COEXIST_GATE_PROVED_ELSEWHERE : COEXIST_GATE_PROVED;
}

/* Lets a login go on as it was, and tells our userdb that the gate was asked.
   Success is what it was already: another passdb verified the password. */
static enum passdb_result pass(struct auth_request *request)
{
	coexist_login_state_get(request)->passed = TRUE;
	return PASSDB_RESULT_OK;
}

static void
verify_plain_decided(enum coexist_gate_verdict verdict, const char *reason,
		     struct auth_request *request)
{
	struct coexist_login_state *state = coexist_login_state_get(request);
	bool elsewhere = state->proof == COEXIST_GATE_PROVED_ELSEWHERE;
	enum passdb_result result;

	if (elsewhere && !coexist_gate_is_log_only(state->facts.gate)) {
		/* a session here, after all, is for the userdb to decide */
		result = PASSDB_RESULT_OK;
	} else if (elsewhere || verdict == COEXIST_GATE_PASS) {
		result = pass(request);
	} else if (coexist_auth_request_calls_token_invalid(request)) {
		coexist_refuse_after_proof(request, verdict, reason);
		result = PASSDB_RESULT_OK;
	} else {
		/* Unlike other failures this one ignores the result_* rules
		   and keeps the fields. */
		coexist_gate_refusal_reply(request, verdict, reason);
		result = PASSDB_RESULT_USER_DISABLED;
	}
	state->verify_plain(result, request);
}

static void
coexist_verify_plain(struct auth_request *request,
		     const char *password ATTR_UNUSED,
		     verify_plain_callback_t *callback)
{
	struct coexist_gate *gate = gate_get(request);

	if (!is_verified(request)) {
		/* nobody verified the password: nothing is said about the
		   policy */
		callback(PASSDB_RESULT_USER_UNKNOWN, request);
		return;
	}
	coexist_login_state_get(request)->verify_plain = callback;
	coexist_gate_login(gate, request, proof_find(gate, request),
			   verify_plain_decided);
}

static void
lookup_credentials_decided(enum coexist_gate_verdict verdict,
			   const char *reason, struct auth_request *request)
{
	struct coexist_login_state *state = coexist_login_state_get(request);

	switch (verdict) {
	case COEXIST_GATE_PASS:
		(void)pass(request);
		coexist_watch_proof(request);
		break;
	case COEXIST_GATE_REFUSE:
	case COEXIST_GATE_TEMPFAIL:
		coexist_refuse_after_proof(request, verdict, reason);
		break;
	}
	coexist_auth_credentials_reply(state->lookup_credentials,
				       PASSDB_RESULT_OK, request);
}

static void
coexist_lookup_credentials(struct auth_request *request,
			   lookup_credentials_callback_t *callback)
{
	if (!is_verified(request)) {
		/* as above */
		coexist_auth_credentials_reply(callback,
					       PASSDB_RESULT_USER_UNKNOWN,
					       request);
		return;
	}
	coexist_login_state_get(request)->lookup_credentials = callback;
	coexist_gate_login(gate_get(request), request,
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

static void coexist_init(struct passdb_module *module ATTR_UNUSED)
{
	coexist_password_proof_watch();
}

static void coexist_deinit(struct passdb_module *_module)
{
	struct coexist_passdb_module *module =
		(struct coexist_passdb_module *)_module;

	coexist_password_proof_unwatch();
	coexist_gate_unref(&module->gate);
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
