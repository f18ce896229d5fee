/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in userdb-watch.h. */

#include "lib.h"
#include "userdb-watch.h"
#include "llist.h"
#include "auth-cache.h"
#include "auth-common.h"
#include "passdb-cache.h"
#include "userdb-blocking.h"
#include "compat-auth.h"
#include "login-state.h"
#include "userdb-answer.h"

/* A driver, with its configuration, whose look-ups are ours. It may be the first of
   many protocols, and another one's second. */
struct watched_driver {
	struct watched_driver *prev, *next;
	struct userdb_module *module;

	const struct userdb_module_interface *super;
	struct userdb_module_interface iface;
	/* its look-ups are for the worker processes */
	bool blocking;
};

/* The first userdb of a protocol. */
struct watched_userdb {
	struct watched_userdb *prev, *next;
	struct coexist_gate *gate;

	struct auth_userdb *userdb;
	/* the same as Dovecot made it, with its cache */
	struct auth_userdb cached;
};

static struct watched_driver *drivers = NULL;
static struct watched_userdb *userdbs = NULL;

static struct watched_driver *driver_find(const struct userdb_module *module)
{
	struct watched_driver *driver = drivers;

	while (driver != NULL && driver->module != module)
		driver = driver->next;
	return driver;
}

static struct watched_userdb *userdb_find(const struct auth_userdb *first)
{
	struct watched_userdb *userdb = userdbs;

	while (userdb != NULL && userdb->userdb != first)
		userdb = userdb->next;
	return userdb;
}

static void
watch_reply(enum userdb_result result, struct auth_request *request)
{
	struct coexist_login_state *state = coexist_login_state_get(request);

	coexist_auth_userdb_reply(state->watched_userdb, result, request);
}

/* Gets the answer of the last userdb that was asked. */
static void
watch_answered(enum userdb_result result, struct auth_request *request)
{
	struct coexist_login_state *state = coexist_login_state_get(request);
	struct coexist_gate *gate = state->watch->gate;

	if (result != USERDB_RESULT_OK || request->userdb_lookup_tempfailed)
		watch_reply(result, request);
	else if (gate == NULL)
		watch_reply(USERDB_RESULT_INTERNAL_FAILURE, request);
	else
		coexist_userdb_answer(gate, state, watch_reply);
}

static void
watch_begin(struct watched_userdb *watch, struct auth_request *request)
{
	struct coexist_login_state *state = coexist_login_state_get(request);

	state->watch = watch;
	state->watched_userdb = request->private_callback.userdb;
	request->private_callback.userdb = watch_answered;
}

/* As auth_request_lookup_user() does it. */
static void driver_lookup(struct auth_request *request,
			  userdb_callback_t *callback)
{
	const struct watched_driver *driver =
		driver_find(request->userdb->userdb);

	i_assert(driver != NULL);
	if (driver->blocking)
		userdb_blocking_lookup(request);
	else
		driver->super->lookup(request, callback);
}

static void
watch_lookup(struct auth_request *request, userdb_callback_t *callback)
{
	struct watched_userdb *watch = userdb_find(request->userdb);

	if (watch == NULL) {
		driver_lookup(request, callback);
		return;
	}
	watch_begin(watch, request);
	if (passdb_cache == NULL || watch->cached.cache_key == NULL) {
		driver_lookup(request, callback);
		return;
	}
	/* begins once more, with the userdb that has a cache */
	auth_request_userdb_lookup_end(request, USERDB_RESULT_OK);
	request->userdb = &watch->cached;
	auth_request_lookup_user(request, watch_answered);
}

/* Some drivers know only now whether they are for worker processes. */
static void driver_settle(struct watched_driver *driver)
{
	driver->blocking = driver->module->blocking;
	driver->module->blocking = FALSE;
}

static void watch_init(struct userdb_module *module)
{
	struct watched_driver *driver = driver_find(module);

	i_assert(driver != NULL);
	if (driver->super->init != NULL)
		driver->super->init(module);
	driver_settle(driver);
}

static void driver_watch(struct auth *auth, struct userdb_module *module)
{
	struct watched_driver *driver = driver_find(module);

	if (driver != NULL)
		return;
	driver = p_new(auth->pool, struct watched_driver, 1);
	driver->module = module;
	driver->super = module->iface;
	driver->iface = *module->iface;
	driver->iface.init = watch_init;
	driver->iface.lookup = watch_lookup;
	DLLIST_PREPEND(&drivers, driver);
	module->iface = &driver->iface;
	if (module->init_refcount > 0)
		driver_settle(driver);
}

static void userdb_watch(struct auth *auth, struct coexist_gate *gate)
{
	struct watched_userdb *watch = userdb_find(auth->userdbs);

	if (watch != NULL)
		return;
	watch = p_new(auth->pool, struct watched_userdb, 1);
	watch->gate = gate;
	watch->userdb = auth->userdbs;
	watch->cached = *auth->userdbs;
	coexist_auth_userdb_skip_defaults(auth, &watch->cached);
	watch->userdb->cache_key = NULL;
	DLLIST_PREPEND(&userdbs, watch);
	driver_watch(auth, auth->userdbs->userdb);
}

/* Returns TRUE if this is the first passdb of its driver. */
static bool is_first_passdb(const struct auth *auth,
			    const struct passdb_module *module)
{
	const struct auth_passdb *passdb = auth->passdbs;

	while (passdb != NULL &&
	       passdb->passdb->iface.name != module->iface.name)
		passdb = passdb->next;
	return passdb != NULL && passdb->passdb == module;
}

void coexist_userdb_watch_start(const struct passdb_module *passdb,
				struct coexist_gate *gate)
{
	struct auth *auth;

	if (worker)
		return;
	array_foreach_elem(&auths, auth) {
		if (is_first_passdb(auth, passdb))
			userdb_watch(auth, gate);
	}
}

void coexist_userdb_watch_end(const struct coexist_gate *gate)
{
	struct watched_userdb *watch;

	for (watch = userdbs; watch != NULL; watch = watch->next) {
		if (watch->gate == gate)
			watch->gate = NULL;
	}
}

bool coexist_userdb_is_watched(const struct auth_request *request)
{
	return request->private_callback.userdb == watch_answered;
}
