/* See the contract in gate-login.h. */

#include "lib.h"
#include "gate-login.h"
#include "ioloop.h"
#include "net.h"
#include "str-sanitize.h"
#include "compat-auth.h"
#include "gate.h"
#include "gate-lookup.h"
#include "gate-refusal.h"
#include "policy-decision.h"
#include "policy-network.h"
#include "userdb-texts.h"

#define SECS_PER_DAY (24 * 60 * 60)
/* Enough of a value to recognise it in the log. */
#define LOGGED_VALUE_LENGTH 80

struct gate_login {
	struct coexist_gate *gate;
	struct auth_request *request;
	/* NULL if the client has none */
	GInetAddress *address;
	enum coexist_protocol protocol;
	const char *userdb_texts[COEXIST_KEY_COUNT];

	coexist_gate_login_callback_t *callback;
	void *context;
};

static bool in_networks(void *context, const char *networks)
{
	struct gate_login *login = context;

	return coexist_network_list_contains(networks, login->address);
}

static void
login_finish(struct gate_login *login, enum coexist_gate_verdict verdict,
	     const char *reason)
{
	struct auth_request *request = login->request;

	login->callback(verdict, reason, request, login->context);
	auth_request_unref(&request);
	g_clear_object(&login->address);
	i_free(login);
}

static void
log_refusal(struct gate_login *login, const char *why, bool log_only)
{
	const struct auth_request *request = login->request;
	const char *line;

	line = t_strdup_printf("coexist: %s user=<%s> protocol=%s client=%s %s",
			       log_only ? "would refuse" : "refused",
			       request->fields.user,
			       coexist_protocol_name(login->protocol),
			       net_ip2addr(&request->fields.remote_ip), why);
	coexist_gate_log_info(login->gate, line);
}

static const char *
decision_describe(const struct coexist_gate_policy *policy,
		  const struct coexist_decision *decision)
{
	const struct coexist_policy_entry *entry =
		&policy->policy.entries[decision->key];

	return t_strdup_printf("%s=%s set-by=\"%s\"",
			       coexist_policy_keys[decision->key].name,
			       str_sanitize(entry->text, LOGGED_VALUE_LENGTH),
			       entry->scope == NULL ? "the built-in default" :
			       entry->scope->name);
}

static void
login_decide(struct gate_login *login,
	     const struct coexist_gate_policy *policy)
{
	const struct coexist_site_config *config = &login->gate->config;
	const struct coexist_login facts = {
		.protocol = login->protocol,
		.tls = coexist_auth_request_is_tls(login->request),
		.today = (uint64_t)ioloop_time / SECS_PER_DAY,
		.in_networks = in_networks,
		.context = login
	};
	struct coexist_decision decision;
	bool log_only = coexist_site_number(config,
					    COEXIST_SITE_log_only) != 0;

	coexist_policy_decide(&policy->policy, &facts, &decision);
	if (decision.refusal == COEXIST_REFUSAL_NONE) {
		login_finish(login, COEXIST_GATE_PASS, NULL);
		return;
	}
	log_refusal(login, decision_describe(policy, &decision), log_only);
	if (log_only) {
		login_finish(login, COEXIST_GATE_PASS, NULL);
		return;
	}
	login_finish(login, COEXIST_GATE_REFUSE,
		     coexist_gate_reason(login->gate, &policy->policy,
					 login->protocol, &decision));
}

/* Returns TRUE if the login was finished because the store is away. */
static bool
login_finish_store_failed(struct gate_login *login,
			  const struct coexist_gate_policy *policy)
{
	const struct coexist_site_config *config = &login->gate->config;
	enum coexist_on_store_error action =
		coexist_site_number(config, COEXIST_SITE_on_store_error);

	switch (action) {
	case COEXIST_ON_STORE_ERROR_LAST_KNOWN:
		return FALSE;
	case COEXIST_ON_STORE_ERROR_ALLOW:
		login_finish(login, COEXIST_GATE_PASS, NULL);
		return TRUE;
	case COEXIST_ON_STORE_ERROR_TEMPFAIL:
		break;
	}
	log_refusal(login, "on_store_error=tempfail", /*log_only=*/FALSE);
	login_finish(login, COEXIST_GATE_TEMPFAIL,
		     coexist_gate_reason_store_failed(login->gate,
						      &policy->policy,
						      login->protocol));
	return TRUE;
}

static void
login_policy_found(const struct coexist_gate_policy *policy, void *context)
{
	struct gate_login *login = context;

	T_BEGIN {
		if (!policy->store_failed ||
		    !login_finish_store_failed(login, policy))
			login_decide(login, policy);
	} T_END;
}

static enum coexist_protocol login_protocol(struct gate_login *login)
{
	const struct coexist_site_config *config = &login->gate->config;
	enum coexist_protocol protocol = coexist_protocol_find(
		coexist_auth_request_get_protocol(login->request));

	if (protocol == COEXIST_PROTOCOL_IMAP &&
	    in_networks(login, config->texts[COEXIST_SITE_webmail_networks]))
		protocol = COEXIST_PROTOCOL_WEBMAIL;
	return protocol;
}

static bool is_exempt(const struct gate_login *login)
{
	const struct coexist_site_config *config = &login->gate->config;

	return login->protocol == COEXIST_PROTOCOL_OTHER ||
		(login->request->fields.master_user != NULL &&
		 coexist_site_number(config, COEXIST_SITE_master_bypass) != 0);
}

void coexist_gate_login(struct coexist_gate *gate,
			struct auth_request *request,
			coexist_gate_login_callback_t *callback,
			void *context)
{
	struct gate_login *login;

	login = i_new(struct gate_login, 1);
	login->gate = gate;
	login->request = request;
	auth_request_ref(request);
	login->callback = callback;
	login->context = context;
	login->address = coexist_address_parse(
		net_ip2addr(&request->fields.remote_ip));
	login->protocol = login_protocol(login);
	if (is_exempt(login)) {
		login_finish(login, COEXIST_GATE_PASS, NULL);
		return;
	}
	coexist_userdb_texts_init(request, login->userdb_texts);
	coexist_gate_lookup(gate, authdb_event(request), request->fields.user,
			    login->userdb_texts, login_policy_found, login);
}

void coexist_gate_login_refuse(struct auth_request *request,
			       enum coexist_gate_verdict verdict,
			       const char *reason)
{
	switch (coexist_protocol_find(
			coexist_auth_request_get_protocol(request))) {
	case COEXIST_PROTOCOL_SUBMISSION:
	case COEXIST_PROTOCOL_SIEVE:
		/* Their codes are Dovecot's to choose. It has its own text for
		   this one; Postfix shows ours. */
		if (verdict == COEXIST_GATE_TEMPFAIL)
			request->internal_failure = TRUE;
		break;
	default:
		break;
	}
	auth_request_set_field(request, "reason", reason, NULL);
	auth_request_set_field(request, "nodelay", "yes", NULL);
}
