/* See the contract in password-proof.h. */

#include "lib.h"
#include "password-proof.h"
#include "array.h"
#include "compat-auth.h"

/* Stays with the passdb's other fields: in the reply of an auth worker, in
   auth_cache, and until the lookup fails. Login processes ignore it. */
#define FIELD_ANY_PASSWORD "coexist_any_password"
/* Where a request's event keeps the callback. */
#define EVENT_CALLBACK "coexist_verify_plain"

typedef void verify_plain_t(struct auth_request *request, const char *password,
			    verify_plain_callback_t *callback);

struct watched_passdb {
	struct passdb_module *module;
	verify_plain_t *super;
};

/* From the request's pool. */
struct watched_lookup {
	verify_plain_callback_t *callback;
};

static ARRAY(struct watched_passdb) watched_passdbs;

static void verified(enum passdb_result result, struct auth_request *request)
{
	struct auth_fields *fields = request->fields.extra_fields;
	struct watched_lookup *lookup =
		event_get_ptr(request->event, EVENT_CALLBACK);

	/* noauthenticate implies nopassword, and is no success */
	if (result == PASSDB_RESULT_OK &&
	    !request->fields.skip_password_check &&
	    auth_fields_exists(fields, "nopassword") &&
	    !auth_fields_exists(fields, "noauthenticate"))
		auth_fields_add(fields, FIELD_ANY_PASSWORD, "yes", 0);
	lookup->callback(result, request);
}

static void
watched_verify_plain(struct auth_request *request, const char *password,
		     verify_plain_callback_t *callback)
{
	const struct passdb_module *module = request->passdb->passdb;
	const struct watched_passdb *watched;
	struct watched_lookup *lookup;

	lookup = p_new(request->pool, struct watched_lookup, 1);
	lookup->callback = callback;
	event_set_ptr(request->event, EVENT_CALLBACK, lookup);
	array_foreach(&watched_passdbs, watched) {
		if (watched->module == module) {
			watched->super(request, password, verified);
			return;
		}
	}
	i_unreached();
}

static void watch(struct passdb_module *module)
{
	struct watched_passdb *watched;

	if (module->iface.verify_plain == NULL ||
	    module->iface.verify_plain == watched_verify_plain)
		return;
	watched = array_append_space(&watched_passdbs);
	watched->module = module;
	watched->super = module->iface.verify_plain;
	module->iface.verify_plain = watched_verify_plain;
}

void coexist_password_proof_watch(void)
{
	struct auth *const *auth;
	struct auth_passdb *db;

	if (!array_is_created(&watched_passdbs))
		i_array_init(&watched_passdbs, 8);
	array_foreach(&auths, auth) {
		for (db = (*auth)->passdbs; db != NULL; db = db->next)
			watch(db->passdb);
	}
}

void coexist_password_proof_unwatch(void)
{
	const struct watched_passdb *watched;

	if (!array_is_created(&watched_passdbs))
		return;
	array_foreach(&watched_passdbs, watched) {
		/* those that are gone already have nothing to ask */
		if (watched->module->iface.verify_plain == watched_verify_plain)
			watched->module->iface.verify_plain = watched->super;
	}
	array_free(&watched_passdbs);
}

bool coexist_password_is_any(struct auth_request *request)
{
	return auth_fields_exists(request->fields.extra_fields,
				  FIELD_ANY_PASSWORD);
}
