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
	     struct coexist_login_state *state)
{
	struct auth_request *request = state->request;

	state->callback(verdict, reason, state);
	auth_request_unref(&request);
}

/* why is for the log. */
static void login_pass(struct coexist_login_state *state, const char *why)
{
	if (state->is_traced) {
		e_debug(coexist_auth_request_event(state->request),
			"%s login passes: %s",
			coexist_protocol_label(state->facts.protocol), why);
	}
	login_finish(COEXIST_GATE_PASS, /*reason=*/NULL, state);
}

/* The policy refuses the login. Returns TRUE if it passes all the same. */
static bool
login_is_only_logged(struct coexist_login_state *state,
		     const struct coexist_refusal_cause *cause)
{
	bool log_only = coexist_gate_is_log_only(state->facts.gate);

	e_debug(coexist_auth_request_event(state->facts.request),
		"%s login %s: %s%s",
		coexist_protocol_label(state->facts.protocol),
		log_only ? "would be refused by" : "is refused by",
		cause->log, state->proof == COEXIST_GATE_PROVED ? "" :
		" (told when the password is proved)");
	if (state->proof == COEXIST_GATE_PROVED)
		coexist_gate_refusal_log(&state->facts, cause, log_only);
	else
		coexist_gate_refusal_log_later(state, cause, log_only);
	return log_only;
}

/* The rest of the policy lets the login pass. A client that has proved nothing yet
   must not find out, by the time that counting takes, whether the mailbox has so
   many sessions. */
static void
login_check_limit(struct coexist_login_state *state,
		  const struct coexist_gate_policy *policy)
{
	state->limit = coexist_gate_limit_new(&state->facts, policy);
	if (state->limit == NULL) {
		login_pass(state, "no key forbids it");
	} else if (state->proof != COEXIST_GATE_PROVED) {
		state->limit->waits = TRUE;
		login_pass(state, "no key forbids it, its sessions are to be "
			   "counted when the password is proved");
	} else {
		coexist_gate_limit_check(state, login_finish);
	}
}

static void
login_keep(struct coexist_login_state *state,
	   const struct coexist_gate_policy *policy)
{
	if (coexist_login_has_session(&state->facts))
		coexist_gate_handover_keep(state, policy);
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
	struct coexist_refusal_cause cause;

	coexist_refusal_cause_key(&policy->policy, decision->key, &cause);
	if (login_is_only_logged(state, &cause)) {
		login_keep(state, policy);
		login_pass(state, "log_only");
		return;
	}
	login_finish(COEXIST_GATE_REFUSE,
		     coexist_site_refusal(facts->gate->texts, &policy->policy,
					  facts->protocol,
					  coexist_login_is_relayed(facts),
					  decision),
		     state);
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

void coexist_gate_put_off_cause(const struct coexist_gate *gate,
				struct coexist_refusal_cause *cause_r)
{
	bool tempfail = coexist_site_number(&gate->config,
					    COEXIST_SITE_on_store_error) ==
		COEXIST_ON_STORE_ERROR_TEMPFAIL;

	cause_r->reason = tempfail ? "on_store_error" : "policy_public_keys";
	cause_r->log = tempfail ? "on_store_error=tempfail" : cause_r->reason;
	cause_r->scope = coexist_policy_scope_name(COEXIST_SCOPE_SITE);
}

/* The login has to come back when the store does. */
static void
login_put_off(struct coexist_login_state *state,
	      const struct coexist_gate_policy *policy)
{
	const struct coexist_login_facts *facts = &state->facts;
	struct coexist_refusal_cause cause;

	coexist_gate_put_off_cause(facts->gate, &cause);
	if (login_is_only_logged(state, &cause)) {
		login_pass(state, "log_only");
		return;
	}
	login_finish(COEXIST_GATE_TEMPFAIL,
		     coexist_site_refusal_store_failed(facts->gate->texts,
						       &policy->policy,
						       facts->protocol),
		     state);
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

	state->generation = policy->generation;
	T_BEGIN {
		if (policy->store_failed &&
		    state->proof != COEXIST_GATE_PROVED_ELSEWHERE)
			login_decide_without_store(state, policy);
		else
			login_decide(state, policy);
	} T_END;
}

void coexist_gate_login(struct coexist_gate *gate,
			struct coexist_login_state *state,
			enum coexist_gate_proof proof,
			coexist_gate_login_callback_t *callback)
{
	struct auth_request *request = state->request;
	struct event *event = coexist_auth_request_event(request);
	enum coexist_gate_lookup_flags flags = 0;

	coexist_login_facts_init(&state->facts, gate, request);
	state->is_traced = event_want_debug(event);
	state->proof = proof;
	state->callback = callback;
	auth_request_ref(request);
	if (coexist_login_is_exempt(&state->facts)) {
		login_pass(state, "no policy holds it");
		return;
	}
	if (state->is_traced) {
		e_debug(event, "Looks up the policy (%s)",
			coexist_protocol_label(state->facts.protocol));
		flags |= COEXIST_GATE_LOOKUP_TRACED;
	}
	coexist_login_state_read_userdb(state);
	state->asked_user = request->fields.user;
	coexist_gate_lookup(gate, event, request, state->userdb_texts, flags,
			    login_policy_found, state);
}

void coexist_gate_login_proved(struct coexist_login_state *state,
			       coexist_gate_login_callback_t *callback)
{
	coexist_gate_refusal_log_proved(state);
	if (state->limit == NULL || !state->limit->waits) {
		callback(COEXIST_GATE_PASS, /*reason=*/NULL, state);
		return;
	}
	state->callback = callback;
	auth_request_ref(state->request);
	coexist_gate_limit_check(state, login_finish);
}
