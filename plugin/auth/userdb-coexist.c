/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* userdb driver "coexist": hands the mailbox's policy to its sessions, in one
   field beside those that the userdbs name themselves. It comes last and knows no
   users: the ones before it do. Where there is the passdb, too, that watches the
   userdbs (userdb-watch.h), and this one has nothing to do. */

#include "lib.h"
#include "auth-coexist.h"
#include "compat-auth.h"
#include "gate.h"
#include "login-state.h"
#include "userdb-answer.h"
#include "userdb-watch.h"

struct coexist_userdb_module {
	struct userdb_module module;
	struct coexist_gate *gate;
};

static void
last_reply(enum userdb_result result, struct auth_request *request)
{
	struct coexist_login_state *state = coexist_login_state_get(request);

	coexist_auth_userdb_reply(state->watched_userdb, result, request);
}

/* Who has asked may be gone when the store has answered. A chain may ask twice. */
static void guard_reply(struct coexist_login_state *state)
{
	struct auth_request *request = state->request;

	if (request->private_callback.userdb == last_reply)
		return;
	state->watched_userdb = request->private_callback.userdb;
	request->private_callback.userdb = last_reply;
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
	} else if (coexist_userdb_is_watched(request)) {
		/* the watch answers when all userdbs have */
		callback(USERDB_RESULT_OK, request);
	} else {
		state = coexist_login_state_get(request);
		guard_reply(state);
		coexist_userdb_answer(module->gate, state, callback);
	}
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
