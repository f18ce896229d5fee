/* See the contract in gate-login.h. */

#include "lib.h"
#include "gate-login.h"
#include "ioloop.h"
#include "net.h"
#include "coexist/day.h"
#include "compat-auth.h"
#include "gate.h"
#include "gate-lookup.h"
#include "gate-pass.h"
#include "log-repeat.h"
#include "network-match.h"
#include "policy-decision.h"
#include "refusal-log.h"
#include "session-limit.h"
#include "site-refusal.h"
#include "userdb-texts.h"

/* What a request's event keeps for the time when the password is proved. */
#define EVENT_LIMIT "coexist_session_limit"
#define EVENT_REFUSAL "coexist_refusal"

/* The number of sessions that the login's user may have, and what is said when
   there are so many. From the request's pool. */
struct gate_limit {
	struct coexist_gate *gate;
	enum coexist_protocol protocol;
	/* what anvil will count it as */
	enum coexist_protocol counts_as;
	uint64_t max;
	const char *reason;
	const char *log;
};

/* What the log says of a refusal. From the request's pool. */
struct gate_refusal {
	struct coexist_gate *gate;
	const char *line;
};

struct gate_login {
	struct coexist_gate *gate;
	struct auth_request *request;
	enum coexist_gate_proof proof;
	struct gate_limit *limit;
	enum coexist_protocol protocol;
	const char *userdb_texts[COEXIST_KEY_COUNT];

	coexist_gate_login_callback_t *callback;
	void *context;
};

/* Returns TRUE if the connection comes from one of the networks, and its client
   says whom it is for but not to which server that one came: so webmail does.
   Proxies (the PROXY protocol, another Dovecot) say both, so that their own
   address may be webmail's without everybody behind them being webmail. */
static bool
is_forwarded_from(const struct auth_request_fields *fields,
		  const char *networks)
{
	return fields->local_port == fields->real_local_port &&
		net_ip_compare(&fields->local_ip, &fields->real_local_ip) &&
		coexist_network_match(networks, &fields->real_remote_ip);
}

static const char *webmail_networks(const struct coexist_gate *gate)
{
	return gate->config.texts[COEXIST_SITE_webmail_networks];
}

static bool is_webmail(const struct gate_login *login)
{
	const struct auth_request_fields *fields = &login->request->fields;
	const char *networks = webmail_networks(login->gate);

	return *networks != '\0' &&
		(coexist_network_match(networks, &fields->remote_ip) ||
		 is_forwarded_from(fields, networks));
}

/* Policies name the networks of persons. The site's own line, which is one for
   the setting and the key in Dovecot 2.4, names the hosts of webmail. */
static bool in_networks(void *context, const char *networks)
{
	struct gate_login *login = context;

	if (login->protocol == COEXIST_PROTOCOL_WEBMAIL &&
	    strcmp(networks, webmail_networks(login->gate)) == 0)
		return TRUE;
	return coexist_network_match(networks,
				     &login->request->fields.remote_ip);
}

static void
login_finish(struct gate_login *login, enum coexist_gate_verdict verdict,
	     const char *reason)
{
	struct auth_request *request = login->request;

	login->callback(verdict, reason, request, login->context);
	auth_request_unref(&request);
	i_free(login);
}

/* A wrong password's refusal is not the policy's. */
static void
log_refusal(struct gate_login *login, const char *why, bool log_only)
{
	struct auth_request *request = login->request;
	const struct coexist_refused_login refused = {
		.user = request->fields.user,
		.protocol = login->protocol,
		.client = &request->fields.remote_ip,
		.log_only = log_only
	};
	const char *line = coexist_refusal_log(&refused, why);
	struct gate_refusal *refusal;

	if (login->proof == COEXIST_GATE_PROVED) {
		coexist_log_repeat_info(login->gate->log, login->gate->event,
					line);
		return;
	}
	refusal = p_new(request->pool, struct gate_refusal, 1);
	refusal->gate = login->gate;
	refusal->line = p_strdup(request->pool, line);
	event_set_ptr(request->event, EVENT_REFUSAL, refusal);
}

static bool is_log_only(const struct coexist_gate *gate)
{
	return coexist_site_number(&gate->config, COEXIST_SITE_log_only) != 0;
}

/* Lets a login pass that has a limit of sessions. */
static void limit_pass(struct gate_login *login)
{
	struct gate_limit *limit = login->limit;

	coexist_session_limit_note(limit->gate->session_limit,
				   login->request->fields.user,
				   limit->counts_as);
	login_finish(login, COEXIST_GATE_PASS, NULL);
}

static void limit_refuse(struct gate_login *login)
{
	struct gate_limit *limit = login->limit;
	bool log_only = is_log_only(limit->gate);

	log_refusal(login, limit->log, log_only);
	if (log_only)
		limit_pass(login);
	else
		login_finish(login, COEXIST_GATE_REFUSE, limit->reason);
}

static void
limit_checked(enum coexist_session_limit_verdict verdict, void *context)
{
	struct gate_login *login = context;

	T_BEGIN {
		switch (verdict) {
		case COEXIST_SESSION_LIMIT_FREE:
			limit_pass(login);
			break;
		case COEXIST_SESSION_LIMIT_FULL:
			limit_refuse(login);
			break;
		case COEXIST_SESSION_LIMIT_UNKNOWN:
			login_finish(login, COEXIST_GATE_PASS, NULL);
			break;
		}
	} T_END;
}

/* Who has proved nothing yet must not find out, by the time that this takes,
   whether the mailbox has so many sessions. */
static void login_check_limit(struct gate_login *login)
{
	if (login->proof != COEXIST_GATE_PROVED) {
		event_set_ptr(login->request->event, EVENT_LIMIT, login->limit);
		login_finish(login, COEXIST_GATE_PASS, NULL);
		return;
	}
	coexist_session_limit_check(login->gate->session_limit,
				    login->request->fields.user,
				    login->limit->protocol, login->limit->max,
				    limit_checked, login);
}

/* Returns TRUE if Dovecot keeps sessions of the logins: not of Postfix's. */
static bool login_has_session(const struct gate_login *login)
{
	return strcasecmp(coexist_auth_request_get_protocol(login->request),
			  "smtp") != 0;
}

/* Anvil knows sessions by the address that was forwarded. */
static enum coexist_protocol anvil_protocol(const struct gate_login *login)
{
	return login->protocol == COEXIST_PROTOCOL_WEBMAIL &&
		!coexist_network_match(webmail_networks(login->gate),
				       &login->request->fields.remote_ip) ?
		COEXIST_PROTOCOL_IMAP : login->protocol;
}

/* The rest of the policy lets the login pass. */
static void
login_pass(struct gate_login *login, const struct coexist_gate_policy *policy)
{
	const struct coexist_decision full = {
		.refusal = COEXIST_REFUSAL_SESSIONS,
		.key = coexist_protocol_max_sessions(login->protocol)
	};
	uint64_t max = coexist_policy_number(&policy->policy, full.key);
	pool_t pool = login->request->pool;

	if (max == 0 || !login_has_session(login)) {
		login_finish(login, COEXIST_GATE_PASS, NULL);
		return;
	}
	login->limit = p_new(pool, struct gate_limit, 1);
	login->limit->gate = login->gate;
	login->limit->protocol = login->protocol;
	login->limit->counts_as = anvil_protocol(login);
	login->limit->max = max;
	login->limit->reason = p_strdup(pool,
		coexist_site_refusal(login->gate->texts, &policy->policy,
				     login->protocol, &full));
	login->limit->log = p_strdup(pool, coexist_refusal_log_key(&policy->policy,
						full.key));
	login_check_limit(login);
}

static void
login_keep(struct gate_login *login, const struct coexist_gate_policy *policy)
{
	if (login_has_session(login))
		coexist_gate_pass_keep(login->gate, login->request, policy);
}

static void
decide(struct gate_login *login, const struct coexist_gate_policy *policy,
       struct coexist_decision *decision_r)
{
	const struct coexist_login facts = {
		.protocol = login->protocol,
		.tls = coexist_auth_request_is_tls(login->request),
		.today = coexist_day(ioloop_time),
		.in_networks = in_networks,
		.context = login
	};

	coexist_policy_decide(&policy->policy, &facts, decision_r);
}

/* One line for all users: who guesses names must not fill the log. */
static void
log_unproved(struct gate_login *login, const struct coexist_decision *decision)
{
	static const char line[] =
		"logins that a policy refuses are forwarded to the host that "
		"verifies their passwords, as a passdb says nopassword here: "
		"the gate belongs on that host. If those who connect to this "
		"one have verified passwords, name them by verified_networks";

	if (coexist_log_repeat_may(login->gate->log, line)) {
		e_warning(login->gate->event, "coexist: %s (%s, just now)",
			  line, coexist_policy_keys[decision->key].name);
	}
}

static void
login_decide(struct gate_login *login,
	     const struct coexist_gate_policy *policy)
{
	struct coexist_decision decision;
	bool log_only = is_log_only(login->gate);

	decide(login, policy, &decision);
	if (login->proof == COEXIST_GATE_PROVED_ELSEWHERE) {
		if (decision.refusal != COEXIST_REFUSAL_NONE)
			log_unproved(login, &decision);
		login_finish(login, COEXIST_GATE_PASS, NULL);
		return;
	}
	if (decision.refusal == COEXIST_REFUSAL_NONE) {
		login_keep(login, policy);
		login_pass(login, policy);
		return;
	}
	log_refusal(login, coexist_refusal_log_key(&policy->policy, decision.key),
		    log_only);
	if (log_only) {
		login_keep(login, policy);
		login_finish(login, COEXIST_GATE_PASS, NULL);
		return;
	}
	login_finish(login, COEXIST_GATE_REFUSE,
		     coexist_site_refusal(login->gate->texts, &policy->policy,
					  login->protocol, &decision));
}

/* Returns TRUE if nothing but a document forbids the login of which nobody can
   tell, without the key that signed it, whether it is true. */
static bool
is_refused_unproved(struct gate_login *login,
		    const struct coexist_gate_policy *policy)
{
	struct coexist_decision decision;

	if (policy->unproved == NULL)
		return FALSE;
	decide(login, policy, &decision);
	if (decision.refusal != COEXIST_REFUSAL_NONE)
		return FALSE;
	decide(login, policy->unproved, &decision);
	return decision.refusal != COEXIST_REFUSAL_NONE;
}

/* Returns why a login is put off, for the log. */
static const char *put_off_reason(const struct coexist_gate *gate)
{
	return coexist_site_number(&gate->config, COEXIST_SITE_on_store_error) ==
		COEXIST_ON_STORE_ERROR_TEMPFAIL ?
		"on_store_error=tempfail" : "policy_public_keys";
}

/* Returns TRUE if the login was finished because the store is away. */
static bool
login_finish_store_failed(struct gate_login *login,
			  const struct coexist_gate_policy *policy)
{
	const struct coexist_site_config *config = &login->gate->config;
	enum coexist_on_store_error action =
		coexist_site_number(config, COEXIST_SITE_on_store_error);
	bool log_only = is_log_only(login->gate);

	switch (action) {
	case COEXIST_ON_STORE_ERROR_LAST_KNOWN:
		if (!is_refused_unproved(login, policy))
			return FALSE;
		break;
	case COEXIST_ON_STORE_ERROR_ALLOW:
		login_finish(login, COEXIST_GATE_PASS, NULL);
		return TRUE;
	case COEXIST_ON_STORE_ERROR_TEMPFAIL:
		break;
	}
	log_refusal(login, put_off_reason(login->gate), log_only);
	if (log_only) {
		login_finish(login, COEXIST_GATE_PASS, NULL);
		return TRUE;
	}
	login_finish(login, COEXIST_GATE_TEMPFAIL,
		     coexist_site_refusal_store_failed(login->gate->texts,
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
		    login->proof == COEXIST_GATE_PROVED_ELSEWHERE ||
		    !login_finish_store_failed(login, policy))
			login_decide(login, policy);
	} T_END;
}

static enum coexist_protocol login_protocol(const struct gate_login *login)
{
	enum coexist_protocol protocol = coexist_protocol_find(
		coexist_auth_request_get_protocol(login->request));

	return protocol == COEXIST_PROTOCOL_IMAP && is_webmail(login) ?
		COEXIST_PROTOCOL_WEBMAIL : protocol;
}

static bool is_exempt(const struct gate_login *login)
{
	const struct coexist_site_config *config = &login->gate->config;

	return login->protocol == COEXIST_PROTOCOL_OTHER ||
		(login->request->fields.master_user != NULL &&
		 coexist_site_number(config, COEXIST_SITE_master_bypass) != 0);
}

bool coexist_gate_login_is_verified(const struct coexist_gate *gate,
				    const struct auth_request *request)
{
	return coexist_network_match(
		gate->config.texts[COEXIST_SITE_verified_networks],
		&request->fields.real_remote_ip);
}

static struct gate_login *
login_new(struct coexist_gate *gate, struct auth_request *request,
	  coexist_gate_login_callback_t *callback, void *context)
{
	struct gate_login *login;

	login = i_new(struct gate_login, 1);
	login->gate = gate;
	login->request = request;
	auth_request_ref(request);
	login->callback = callback;
	login->context = context;
	return login;
}

void coexist_gate_login(struct coexist_gate *gate,
			struct auth_request *request,
			enum coexist_gate_proof proof,
			coexist_gate_login_callback_t *callback,
			void *context)
{
	struct gate_login *login;
	bool has_texts;

	login = login_new(gate, request, callback, context);
	login->proof = proof;
	login->protocol = login_protocol(login);
	if (is_exempt(login)) {
		login_finish(login, COEXIST_GATE_PASS, NULL);
		return;
	}
	has_texts = coexist_userdb_texts_init(request, login->userdb_texts);
	coexist_gate_pass_set_asked(request);
	coexist_gate_lookup(gate, authdb_event(request), request->fields.user,
			    has_texts ? login->userdb_texts : NULL,
			    /*asked_before=*/FALSE,
			    login_policy_found, login);
}

/* Returns TRUE if the login passes whatever the rest of the policy says. */
static bool
is_allowed_without_store(const struct coexist_gate *gate,
			 const struct coexist_gate_policy *policy)
{
	return policy->store_failed &&
		coexist_site_number(&gate->config,
				    COEXIST_SITE_on_store_error) ==
		COEXIST_ON_STORE_ERROR_ALLOW;
}

/* Returns TRUE if the login has to come back when the store does: the passdb may
   have asked for other documents, by another name. */
static bool
is_put_off(struct gate_login *login, const struct coexist_gate_policy *policy)
{
	return is_refused_unproved(login, policy) ||
		(policy->store_failed &&
		 coexist_site_number(&login->gate->config,
				     COEXIST_SITE_on_store_error) ==
		 COEXIST_ON_STORE_ERROR_TEMPFAIL);
}

enum coexist_gate_second_look
coexist_gate_login_look_again(struct coexist_gate *gate,
			      struct auth_request *request,
			      const struct coexist_gate_policy *policy)
{
	struct gate_login login = {
		.gate = gate,
		.request = request,
		.proof = COEXIST_GATE_PROVED
	};
	struct coexist_decision decision;
	bool log_only = is_log_only(gate);

	login.protocol = login_protocol(&login);
	if (is_exempt(&login) || is_allowed_without_store(gate, policy))
		return COEXIST_GATE_STILL_PASSES;
	if (!log_only && is_put_off(&login, policy)) {
		T_BEGIN {
			log_refusal(&login, put_off_reason(gate), log_only);
		} T_END;
		return COEXIST_GATE_REFUSES_HERE;
	}
	decide(&login, policy, &decision);
	if (decision.refusal == COEXIST_REFUSAL_NONE)
		return COEXIST_GATE_STILL_PASSES;
	if (!log_only && login.protocol != COEXIST_PROTOCOL_WEBMAIL)
		return COEXIST_GATE_SESSION_DECIDES;
	T_BEGIN {
		log_refusal(&login,
			    coexist_refusal_log_key(&policy->policy,
						    decision.key), log_only);
	} T_END;
	return log_only ? COEXIST_GATE_STILL_PASSES : COEXIST_GATE_REFUSES_HERE;
}

void coexist_gate_login_proved(struct auth_request *request,
			       coexist_gate_login_callback_t *callback,
			       void *context)
{
	struct gate_refusal *refusal =
		event_get_ptr(request->event, EVENT_REFUSAL);
	struct gate_limit *limit = event_get_ptr(request->event, EVENT_LIMIT);
	struct gate_login *login;

	if (refusal != NULL) {
		coexist_log_repeat_info(refusal->gate->log,
					refusal->gate->event, refusal->line);
	}
	if (limit == NULL) {
		callback(COEXIST_GATE_PASS, /*reason=*/NULL, request, context);
		return;
	}
	login = login_new(limit->gate, request, callback, context);
	login->proof = COEXIST_GATE_PROVED;
	login->protocol = limit->protocol;
	login->limit = limit;
	login_check_limit(login);
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
