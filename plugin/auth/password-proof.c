/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in password-proof.h. */

#include "lib.h"
#include "password-proof.h"
#include "array.h"
#include "login-state.h"

/* Stays with the passdb's other fields: in the reply of an auth worker, in
   auth_cache, and until a lookup fails. */
#define FIELD_ANY_PASSWORD "coexist_any_password"

typedef void verify_plain_t(struct auth_request *request, const char *password,
			    verify_plain_callback_t *callback);

struct watched_passdb {
	struct watched_passdb *next;

	struct passdb_module *module;
	verify_plain_t *super;
};

static struct watched_passdb *watched_passdbs = NULL;

static void verified(enum passdb_result result, struct auth_request *request)
{
	struct auth_fields *fields = request->fields.extra_fields;

	/* noauthenticate implies nopassword, and is no success */
	if (result == PASSDB_RESULT_OK &&
	    !request->fields.skip_password_check &&
	    auth_fields_exists(fields, "nopassword") &&
	    !auth_fields_exists(fields, "noauthenticate"))
		auth_fields_add(fields, FIELD_ANY_PASSWORD, "yes", 0);
	coexist_login_state_get(request)->watched(result, request);
}

static struct watched_passdb *watched_find(const struct passdb_module *module)
{
	struct watched_passdb *watched = watched_passdbs;

	while (watched != NULL && watched->module != module)
		watched = watched->next;
	return watched;
}

static void
watched_verify_plain(struct auth_request *request, const char *password,
		     verify_plain_callback_t *callback)
{
	struct watched_passdb *watched = watched_find(request->passdb->passdb);

	i_assert(watched != NULL);
	coexist_login_state_get(request)->watched = callback;
	watched->super(request, password, verified);
}

static void watch(struct passdb_module *module)
{
	struct watched_passdb *watched;

	if (module->iface.verify_plain == NULL || watched_find(module) != NULL)
		return;
	watched = i_new(struct watched_passdb, 1);
	watched->module = module;
	watched->super = module->iface.verify_plain;
	watched->next = watched_passdbs;
	watched_passdbs = watched;
	module->iface.verify_plain = watched_verify_plain;
}

void coexist_password_proof_watch(void)
{
	struct auth *const *auth;
	struct auth_passdb *db;

	array_foreach(&auths, auth) {
		for (db = (*auth)->passdbs; db != NULL; db = db->next)
			watch(db->passdb);
	}
}

void coexist_password_proof_unwatch(void)
{
	struct watched_passdb *watched;

	while (watched_passdbs != NULL) {
		watched = watched_passdbs;
		watched_passdbs = watched->next;
		/* those that are gone already have nothing to ask */
		if (watched->module->iface.verify_plain == watched_verify_plain)
			watched->module->iface.verify_plain = watched->super;
		i_free(watched);
	}
}

void coexist_password_proof_take(struct coexist_login_state *state)
{
	struct auth_fields *fields = state->request->fields.extra_fields;

	if (!auth_fields_exists(fields, FIELD_ANY_PASSWORD))
		return;
	auth_fields_remove(fields, FIELD_ANY_PASSWORD);
	state->any_password = TRUE;
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
enum coexist_gate_proof
coexist_password_proof_find(const struct coexist_gate *gate,
			    const struct coexist_login_state *state)
{
	const struct auth_request *request = state->request;

	return state->any_password && is_verified_elsewhere(request) && !has_certificate(request) &&
		!coexist_login_is_verified(gate, request) ?
		COEXIST_GATE_PROVED_ELSEWHERE : COEXIST_GATE_PROVED;
}
