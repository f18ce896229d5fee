/* userdb driver "coexist": hands the mailbox's policy to its sessions, in one
   field beside those that the userdbs name themselves. It comes last and knows no
   users: the ones before it do. */

#include "lib.h"
#include "auth-coexist.h"
#include "str.h"
#include "compat-auth.h"
#include "gate.h"
#include "gate-handover.h"
#include "gate-login.h"
#include "gate-lookup.h"
#include "gate-pass.h"
#include "userdb-fields.h"
#include "userdb-texts.h"

struct coexist_userdb_module {
	struct userdb_module module;
	struct coexist_gate *gate;
};

struct userdb_login {
	struct coexist_gate *gate;
	struct auth_request *request;
	userdb_callback_t *callback;
	bool has_texts;
	const char *userdb_texts[COEXIST_KEY_COUNT];
};

/* For all who ask the userdb but the session of a login that the gate let pass:
   LMTP, people, set-ups without the gate, and logins that the gate did not know
   enough about, so that the session decides. Returns FALSE if it can't: what it
   does not know it would not refuse. */
static bool
field_add(struct coexist_gate *gate, struct auth_request *request,
	  const struct coexist_gate_policy *policy)
{
	string_t *handover = t_str_new(256);

	if (coexist_gate_handover_write(gate, request, policy,
					/*gate_decided=*/FALSE, handover) ==
	    COEXIST_GATE_HANDOVER_UNDECIDABLE)
		return FALSE;
	if (str_len(handover) > 0) {
		auth_request_set_userdb_field(request,
			COEXIST_KEY_PREFIX COEXIST_USERDB_FIELD_POLICY,
			str_c(handover));
	}
	return TRUE;
}

/* Where the gate let the login pass, the passdb may not have known all that the
   userdb says, or not whose mailbox it is. */
static enum coexist_gate_second_look
look_again(const struct userdb_login *login,
	   const struct coexist_gate_policy *policy)
{
	if (!coexist_gate_pass_is_set(login->request))
		return COEXIST_GATE_SESSION_DECIDES;
	return !login->has_texts && coexist_gate_pass_is_asked(login->request) ?
		COEXIST_GATE_STILL_PASSES :
		coexist_gate_login_look_again(login->gate, login->request,
					      policy);
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
	struct userdb_login *login = context;
	struct auth_request *request = login->request;
	enum userdb_result result = USERDB_RESULT_OK;

	switch (look_again(login, policy)) {
	case COEXIST_GATE_STILL_PASSES:
		coexist_gate_pass_export(login->gate, request, policy);
		break;
	case COEXIST_GATE_SESSION_DECIDES:
		T_BEGIN {
			if (!field_add(login->gate, request, policy))
				result = fail(request);
		} T_END;
		break;
	case COEXIST_GATE_REFUSES_HERE:
		result = fail(request);
		break;
	}
	login->callback(result, request);
	auth_request_unref(&request);
	i_free(login);
}

static void
coexist_lookup(struct auth_request *request, userdb_callback_t *callback)
{
	struct coexist_userdb_module *module =
		(struct coexist_userdb_module *)request->userdb->userdb;
	const char *userdb_texts[COEXIST_KEY_COUNT];
	struct userdb_login *login;
	bool has_texts;

	if (!request->userdb_success) {
		/* OK from here would make a user out of anybody */
		callback(USERDB_RESULT_USER_UNKNOWN, request);
		return;
	}
	has_texts = coexist_userdb_texts_init(request, userdb_texts);
	if (!has_texts && coexist_gate_pass_export_kept(module->gate, request)) {
		callback(USERDB_RESULT_OK, request);
		return;
	}
	login = i_new(struct userdb_login, 1);
	login->gate = module->gate;
	login->request = request;
	auth_request_ref(request);
	login->callback = callback;
	login->has_texts = has_texts;
	memcpy(login->userdb_texts, userdb_texts, sizeof(userdb_texts));
	coexist_gate_lookup(module->gate, authdb_event(request),
			    request->fields.user,
			    has_texts ? login->userdb_texts : NULL,
			    coexist_gate_pass_is_asked(request),
			    userdb_decided, login);
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
