/* userdb driver "coexist": hands the mailbox's policy to its sessions as
   fields coexist_<key>. It comes last and knows no users: the ones before it
   do. */

#include "lib.h"
#include "auth-coexist.h"
#include "str.h"
#include "strescape.h"
#include "compat-auth.h"
#include "gate.h"
#include "gate-login.h"
#include "gate-lookup.h"
#include "policy-decision.h"
#include "site-refusal.h"
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
	const char *userdb_texts[COEXIST_KEY_COUNT];
};

/* Returns TRUE for a key that a document names. What a narrower scope said in
   the userdb, and what dovecot.conf says, the session knows itself. */
static bool
is_handed_over(const struct coexist_gate_policy *policy, enum coexist_key key)
{
	const struct coexist_scope *scope = policy->policy.entries[key].scope;

	return scope != NULL &&
		scope != &policy->scopes[COEXIST_GATE_SCOPE_SITE] &&
		scope != &policy->scopes[COEXIST_GATE_SCOPE_USERDB];
}

/* For people and programs that ask the userdb: a field for each key. */
static void
fields_add(struct auth_request *request,
	   const struct coexist_gate_policy *policy)
{
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (!is_handed_over(policy, i))
			continue;
		auth_request_set_userdb_field(request,
			t_strconcat(COEXIST_KEY_PREFIX,
				    coexist_policy_keys[i].name, NULL),
			coexist_policy_text(&policy->policy, i));
	}
}

/* For the session of a login that the gate let pass: all of them in a field,
   but for those that the gate has decided. */
static void
field_policy_add(struct auth_request *request,
		 const struct coexist_gate_policy *policy)
{
	string_t *items = t_str_new(256);
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (!is_handed_over(policy, i) || coexist_key_decides(i))
			continue;
		if (str_len(items) > 0)
			str_append_c(items, '\t');
		str_append(items, coexist_policy_keys[i].name);
		str_append_c(items, '=');
		str_append_tabescaped(items,
			coexist_policy_text(&policy->policy, i));
	}
	if (str_len(items) > 0) {
		auth_request_set_userdb_field(request, COEXIST_KEY_PREFIX
			COEXIST_USERDB_FIELD_POLICY, str_c(items));
	}
}

/* Returns why the gate let the login pass. */
static const char *gate_field(const struct userdb_login *login)
{
	const struct coexist_site_config *config = &login->gate->config;

	if (login->request->fields.master_user != NULL &&
	    coexist_site_number(config, COEXIST_SITE_master_bypass) != 0)
		return COEXIST_USERDB_GATE_EXEMPT;
	return coexist_site_number(config, COEXIST_SITE_log_only) != 0 ?
		COEXIST_USERDB_GATE_LOG_ONLY : COEXIST_USERDB_GATE_PASSED;
}

/* The session says it: only the mailbox knows when it was used last. */
static void
delay_text_add(const struct userdb_login *login,
	       const struct coexist_policy *policy)
{
	struct auth_request *request = login->request;

	if (coexist_policy_number(policy, COEXIST_KEY_pop3_login_delay) == 0 ||
	    coexist_protocol_find(coexist_auth_request_get_protocol(request)) !=
	    COEXIST_PROTOCOL_POP3)
		return;
	T_BEGIN {
		auth_request_set_userdb_field(request, COEXIST_KEY_PREFIX
			COEXIST_USERDB_FIELD_DELAY_TEXT,
			coexist_site_login_delay_text(login->gate->texts,
						      policy));
	} T_END;
}

static void
userdb_decided(const struct coexist_gate_policy *policy, void *context)
{
	struct userdb_login *login = context;
	struct auth_request *request = login->request;
	bool passed = auth_fields_exists(request->fields.extra_fields,
					 COEXIST_PASSDB_FIELD_GATE);

	T_BEGIN {
		if (passed)
			field_policy_add(request, policy);
		else
			fields_add(request, policy);
	} T_END;
	if (passed) {
		auth_request_set_userdb_field(request, COEXIST_KEY_PREFIX
					      COEXIST_USERDB_FIELD_GATE,
					      gate_field(login));
	}
	delay_text_add(login, &policy->policy);
	login->callback(USERDB_RESULT_OK, request);
	auth_request_unref(&request);
	i_free(login);
}

static void
coexist_lookup(struct auth_request *request, userdb_callback_t *callback)
{
	struct coexist_userdb_module *module =
		(struct coexist_userdb_module *)request->userdb->userdb;
	struct userdb_login *login;
	bool has_texts;

	if (!request->userdb_success) {
		/* OK from here would make a user out of anybody */
		callback(USERDB_RESULT_USER_UNKNOWN, request);
		return;
	}
	login = i_new(struct userdb_login, 1);
	login->gate = module->gate;
	login->request = request;
	auth_request_ref(request);
	login->callback = callback;
	has_texts = coexist_userdb_texts_init(request, login->userdb_texts);
	coexist_gate_lookup(module->gate, authdb_event(request),
			    request->fields.user,
			    has_texts ? login->userdb_texts : NULL,
			    coexist_gate_login_asked(request),
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
