/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in gate-login.h. */

#include "lib.h"
#include "gate-login.h"
#include "gate.h"
#include "gate-handover.h"
#include "gate-limit.h"
#include "gate-lookup.h"
#include "gate-refusal.h"
#include "log-repeat.h"
#include "site-refusal.h"

static void
login_finish(enum coexist_gate_verdict verdict, const char *reason,
	     struct auth_request *request)
{
	struct coexist_login_state *state = coexist_login_state_get(request);

	state->callback(verdict, reason, request);
	auth_request_unref(&request);
}

/* why is for the log. */
static void login_pass(struct coexist_login_state *state, const char *why)
{
	e_debug(authdb_event(state->facts.request), "%s login passes: %s",
		coexist_protocol_label(state->facts.protocol), why);
	login_finish(COEXIST_GATE_PASS, /*reason=*/NULL, state->facts.request);
}

/* The policy refuses the login. Returns TRUE if it passes all the same. */
static bool
login_is_only_logged(struct coexist_login_state *state, const char *why)
{
	bool log_only = coexist_gate_is_log_only(state->facts.gate);

	e_debug(authdb_event(state->facts.request), "%s login %s: %s%s",
		coexist_protocol_label(state->facts.protocol),
		log_only ? "would be refused by" : "is refused by",
		why, state->proof == COEXIST_GATE_PROVED ? "" :
		" (told when the password is proved)");
	if (state->proof == COEXIST_GATE_PROVED)
		coexist_gate_refusal_log(&state->facts, why, log_only);
	else
		coexist_gate_refusal_log_later(&state->facts, why, log_only);
	return log_only;
}

/* The rest of the policy lets the login pass. A client that has proved nothing yet
   must not find out, by the time that counting takes, whether the mailbox has so
   many sessions. */
static void
login_check_limit(struct coexist_login_state *state,
		  const struct coexist_gate_policy *policy)
{
	struct coexist_login_limit *limit = &state->limit;

	if (!coexist_gate_limit_init(limit, &state->facts, policy)) {
		login_pass(state, "no key forbids it");
	} else if (state->proof != COEXIST_GATE_PROVED) {
		limit->waits = TRUE;
		login_pass(state, "no key forbids it, its sessions are to be "
			   "counted when the password is proved");
	} else {
		coexist_gate_limit_check(limit, login_finish);
	}
}

static void
login_keep(struct coexist_login_state *state,
	   const struct coexist_gate_policy *policy)
{
	if (coexist_login_has_session(&state->facts)) {
		coexist_gate_handover_keep(state->facts.gate,
					   state->facts.request, policy);
	}
}

/* One line for all users: who guesses names must not fill the log. */
static void
log_unproved(struct coexist_gate *gate, const struct coexist_decision *decision)
{
	static const char line[] =
		"logins that a policy refuses are forwarded to the host that "
		"verifies their passwords, as a passdb says nopassword here: "
		"the gate belongs on that host. If those who connect to this "
		"one have verified passwords, name them by verified_networks";

	if (coexist_log_repeat_may(gate->log, line)) {
		e_warning(gate->event, "coexist: %s (%s, just now)",
			  line, coexist_policy_keys[decision->key].name);
	}
}

static void
login_refuse(struct coexist_login_state *state,
	     const struct coexist_gate_policy *policy,
	     const struct coexist_decision *decision)
{
	const struct coexist_login_facts *facts = &state->facts;
	const char *why = coexist_gate_refusal_describe(policy, decision);

	if (login_is_only_logged(state, why)) {
		login_keep(state, policy);
		login_pass(state, "log_only");
		return;
	}
	login_finish(COEXIST_GATE_REFUSE,
		     coexist_site_refusal(facts->gate->texts, &policy->policy,
					  facts->protocol, decision),
		     facts->request);
}

static void
login_decide(struct coexist_login_state *state,
	     const struct coexist_gate_policy *policy)
{
	struct coexist_decision decision;

	coexist_login_decide(&state->facts, &policy->policy, &decision);
	if (state->proof == COEXIST_GATE_PROVED_ELSEWHERE) {
		if (decision.refusal != COEXIST_REFUSAL_NONE)
			log_unproved(state->facts.gate, &decision);
		login_pass(state, "the host that it goes on to decides");
	} else if (decision.refusal == COEXIST_REFUSAL_NONE) {
		login_keep(state, policy);
		login_check_limit(state, policy);
	} else {
		login_refuse(state, policy, &decision);
	}
}

/* The store is away */

bool coexist_gate_is_refused_unproved(const struct coexist_login_facts *facts,
				      const struct coexist_gate_policy *policy)
{
	struct coexist_decision decision;

	if (policy->unproved == NULL)
		return FALSE;
	coexist_login_decide(facts, &policy->policy, &decision);
	if (decision.refusal != COEXIST_REFUSAL_NONE)
		return FALSE;
	coexist_login_decide(facts, &policy->unproved->policy, &decision);
	return decision.refusal != COEXIST_REFUSAL_NONE;
}

const char *coexist_gate_put_off_reason(const struct coexist_gate *gate)
{
	return coexist_site_number(&gate->config, COEXIST_SITE_on_store_error) ==
		COEXIST_ON_STORE_ERROR_TEMPFAIL ?
		"on_store_error=tempfail" : "policy_public_keys";
}

/* The login has to come back when the store does. */
static void
login_put_off(struct coexist_login_state *state,
	      const struct coexist_gate_policy *policy)
{
	const struct coexist_login_facts *facts = &state->facts;

	if (login_is_only_logged(state,
				 coexist_gate_put_off_reason(facts->gate))) {
		login_pass(state, "log_only");
		return;
	}
	login_finish(COEXIST_GATE_TEMPFAIL,
		     coexist_site_refusal_store_failed(facts->gate->texts,
						       &policy->policy,
						       facts->protocol),
		     facts->request);
}

static void
login_decide_without_store(struct coexist_login_state *state,
			   const struct coexist_gate_policy *policy)
{
	enum coexist_on_store_error action =
		coexist_site_number(&state->facts.gate->config,
				    COEXIST_SITE_on_store_error);

	switch (action) {
	case COEXIST_ON_STORE_ERROR_LAST_KNOWN:
		if (coexist_gate_is_refused_unproved(&state->facts, policy))
			login_put_off(state, policy);
		else
			login_decide(state, policy);
		break;
	case COEXIST_ON_STORE_ERROR_ALLOW:
		login_pass(state, "on_store_error=allow");
		break;
	case COEXIST_ON_STORE_ERROR_TEMPFAIL:
		login_put_off(state, policy);
		break;
	}
}

static void
login_policy_found(const struct coexist_gate_policy *policy, void *context)
{
	struct coexist_login_state *state = context;

	T_BEGIN {
		if (policy->store_failed &&
		    state->proof != COEXIST_GATE_PROVED_ELSEWHERE)
			login_decide_without_store(state, policy);
		else
			login_decide(state, policy);
	} T_END;
}

void coexist_gate_login(struct coexist_gate *gate,
			struct auth_request *request,
			enum coexist_gate_proof proof,
			coexist_gate_login_callback_t *callback)
{
	struct coexist_login_state *state = coexist_login_state_get(request);

	coexist_login_facts_init(&state->facts, gate, request);
	state->proof = proof;
	state->callback = callback;
	auth_request_ref(request);
	if (coexist_login_is_exempt(&state->facts)) {
		login_pass(state, "no policy holds it");
		return;
	}
	coexist_login_state_read_userdb(state, request);
	state->asked_user = request->fields.user;
	coexist_gate_lookup(gate, authdb_event(request), request->fields.user,
			    state->userdb_texts, /*asked_before=*/FALSE,
			    login_policy_found, state);
}

void coexist_gate_login_proved(struct auth_request *request,
			       coexist_gate_login_callback_t *callback)
{
	struct coexist_login_state *state = coexist_login_state_get(request);

	coexist_gate_refusal_log_proved(request);
	if (!state->limit.waits) {
		callback(COEXIST_GATE_PASS, /*reason=*/NULL, request);
		return;
	}
	state->callback = callback;
	auth_request_ref(request);
	coexist_gate_limit_check(&state->limit, login_finish);
}
