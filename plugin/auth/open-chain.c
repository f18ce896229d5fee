/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in open-chain.h. */

#include "lib.h"
#include "open-chain.h"
#include "array.h"
#include "gate.h"
#include "gate-block.h"
#include "log-repeat.h"
#include "login-state.h"
#include "policy-scopes.h"
#include "refusal-event.h"
#include "refusal-log.h"

typedef void verify_plain_t(struct auth_request *request, const char *password,
			    verify_plain_callback_t *callback);
typedef void lookup_credentials_t(struct auth_request *request,
				  lookup_credentials_callback_t *callback);

struct open_passdb {
	struct open_passdb *next;

	const struct auth_passdb *db;
	/* by-passed */
	const struct coexist_gate_block *block;
};

struct watched_module {
	struct watched_module *next;

	struct passdb_module *module;
	verify_plain_t *verify_plain;
	lookup_credentials_t *lookup_credentials;
};

static struct open_passdb *open_passdbs = NULL;
static struct watched_module *watched_modules = NULL;

static struct open_passdb *open_find(const struct auth_passdb *db)
{
	struct open_passdb *open = open_passdbs;

	while (open != NULL && open->db != db)
		open = open->next;
	return open;
}

static struct watched_module *watched_find(const struct passdb_module *module)
{
	struct watched_module *watched = watched_modules;

	while (watched != NULL && watched->module != module)
		watched = watched->next;
	i_assert(watched != NULL);
	return watched;
}

static void
log_open(const struct coexist_gate *gate, const struct auth_request *request)
{
	const char *line = t_strdup_printf("coexist: %s logins are not gated: "
		"passdb %s lets them in and does not go on to passdb coexist. "
		"Say result_success = continue-ok in all passdbs before that "
		"one, which has to be the last",
		coexist_auth_request_get_protocol(request),
		request->passdb->passdb->iface.name);

	if (coexist_log_repeat_may(gate->log, line))
		e_error(gate->event, "%s", line);
}

/* Tells metrics that nobody is let in by this chain. */
static void event_send(const struct auth_request *request)
{
	const struct coexist_refused_login refused = {
		.user = request->fields.user,
		.protocol = coexist_protocol_find(
			coexist_auth_request_get_protocol(request))
	};
	const struct coexist_refusal_cause cause = {
		.reason = coexist_site_settings[COEXIST_SITE_on_no_gate].name,
		.scope = coexist_policy_scope_name(COEXIST_SCOPE_SITE)
	};

	coexist_refusal_event_send(coexist_auth_request_event(request),
				   &refused, &cause);
}

/* Returns what becomes of the login. */
static enum passdb_result
result_find(enum passdb_result result, struct auth_request *request)
{
	const struct open_passdb *open = open_find(request->passdb);
	const struct coexist_gate *gate;

	if (open == NULL || result != PASSDB_RESULT_OK ||
	    auth_fields_exists(request->fields.extra_fields, "noauthenticate"))
		return result;
	gate = open->block->gate;
	if (gate == NULL)
		return result;
	T_BEGIN {
		log_open(gate, request);
	} T_END;
	if (coexist_site_number(&gate->config, COEXIST_SITE_on_no_gate) !=
	    COEXIST_ON_NO_GATE_TEMPFAIL)
		return result;
	event_send(request);
	return PASSDB_RESULT_INTERNAL_FAILURE;
}

static void verified(enum passdb_result result, struct auth_request *request)
{
	coexist_login_state_get(request)->open.verify_plain(
		result_find(result, request), request);
}

static void
verify_plain(struct auth_request *request, const char *password,
	     verify_plain_callback_t *callback)
{
	coexist_login_state_get(request)->open.verify_plain = callback;
	watched_find(request->passdb->passdb)->verify_plain(request, password,
							    verified);
}

static lookup_credentials_callback_t *super_find(struct auth_request *request)
{
	return coexist_login_state_get(request)->open.lookup_credentials;
}

COEXIST_AUTH_CREDENTIALS_FILTER(found_credentials, result_find, super_find)

static void
lookup_credentials(struct auth_request *request,
		   lookup_credentials_callback_t *callback)
{
	struct watched_module *watched =
		watched_find(request->passdb->passdb);

	if (request->handler == NULL) {
		/* a look-up is no login */
		watched->lookup_credentials(request, callback);
		return;
	}
	coexist_login_state_get(request)->open.lookup_credentials = callback;
	watched->lookup_credentials(request, found_credentials);
}

static void watch(struct passdb_module *module)
{
	struct watched_module *watched;

	for (watched = watched_modules; watched != NULL;
	     watched = watched->next) {
		if (watched->module == module)
			return;
	}
	watched = i_new(struct watched_module, 1);
	watched->module = module;
	watched->verify_plain = module->iface.verify_plain;
	watched->lookup_credentials = module->iface.lookup_credentials;
	watched->next = watched_modules;
	watched_modules = watched;
	if (watched->verify_plain != NULL)
		module->iface.verify_plain = verify_plain;
	if (watched->lookup_credentials != NULL)
		module->iface.lookup_credentials = lookup_credentials;
}

static void
open_add(const struct auth_passdb *db, const struct coexist_gate_block *block)
{
	struct open_passdb *open;

	if (open_find(db) != NULL)
		return;
	open = i_new(struct open_passdb, 1);
	open->db = db;
	open->block = block;
	open->next = open_passdbs;
	open_passdbs = open;
	watch(db->passdb);
}

/* Returns TRUE if nothing behind this one is asked about a login that it has let
   in. */
static bool is_last_word(const struct auth_passdb *db)
{
	return db->result_success == AUTH_DB_RULE_RETURN ||
		db->result_success == AUTH_DB_RULE_RETURN_OK;
}

/* Returns TRUE if a block that is asked about logins comes after the passdb. */
static bool
is_before_block(const struct auth_passdb *db,
		const struct coexist_gate_block *block)
{
	const char *driver = block->db->passdb->iface.name;

	do {
		db = db->next;
	} while (db != NULL && (db->passdb->iface.name != driver ||
				db->skip == AUTH_PASSDB_SKIP_AUTHENTICATED));
	return db != NULL;
}

static void look_at_passdbs(const struct coexist_gate_block *block)
{
	const struct auth_passdb *db;

	for (db = block->auth->passdbs; db != NULL; db = db->next) {
		if (db->passdb->iface.name != block->db->passdb->iface.name &&
		    !db->set->deny &&
		    (is_last_word(db) || !is_before_block(db, block)))
			open_add(db, block);
	}
}

static void look_at_masters(const struct coexist_gate_block *block)
{
	const struct auth_passdb *db;

	if (coexist_site_number(&block->gate->config,
				COEXIST_SITE_master_bypass) != 0)
		return;
	for (db = block->auth->masterdbs; db != NULL; db = db->next) {
		if (is_last_word(db))
			open_add(db, block);
	}
}

void coexist_open_chain_watch(void)
{
	const struct coexist_gate_block *block = NULL;

	if (open_passdbs != NULL)
		return;
	while ((block = coexist_gate_block_next(block)) != NULL) {
		look_at_passdbs(block);
		look_at_masters(block);
	}
}

bool coexist_open_chain_is_open(const struct auth *auth)
{
	const struct open_passdb *open = open_passdbs;

	while (open != NULL && open->block->auth != auth)
		open = open->next;
	return open != NULL;
}

static void unwatch_module(struct watched_module *watched)
{
	struct passdb_module_interface *iface = &watched->module->iface;

	/* those that are gone already have nothing to ask */
	if (iface->verify_plain == verify_plain)
		iface->verify_plain = watched->verify_plain;
	if (iface->lookup_credentials == lookup_credentials)
		iface->lookup_credentials = watched->lookup_credentials;
}

void coexist_open_chain_unwatch(void)
{
	struct watched_module *watched;
	struct open_passdb *open;

	while (watched_modules != NULL) {
		watched = watched_modules;
		watched_modules = watched->next;
		unwatch_module(watched);
		i_free(watched);
	}
	while (open_passdbs != NULL) {
		open = open_passdbs;
		open_passdbs = open->next;
		i_free(open);
	}
}
