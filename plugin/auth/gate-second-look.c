/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in gate-second-look.h. */

#include "lib.h"
#include "gate-second-look.h"
#include "gate.h"
#include "gate-login.h"
#include "gate-lookup.h"
#include "gate-refusal.h"

static enum coexist_on_store_error
store_error_action(const struct coexist_gate *gate)
{
	return coexist_site_number(&gate->config, COEXIST_SITE_on_store_error);
}

/* Returns TRUE if the login passes whatever the rest of the policy says. */
static bool
is_allowed_without_store(const struct coexist_gate *gate,
			 const struct coexist_gate_policy *policy)
{
	return policy->store_failed &&
		store_error_action(gate) == COEXIST_ON_STORE_ERROR_ALLOW;
}

/* Returns TRUE if the login has to come back when the store does: the passdb may
   have asked for other documents, by another name. */
static bool
is_put_off(const struct coexist_login_facts *facts,
	   const struct coexist_gate_policy *policy)
{
	return coexist_gate_is_refused_unproved(facts, policy) ||
		(policy->store_failed &&
		 store_error_action(facts->gate) ==
		 COEXIST_ON_STORE_ERROR_TEMPFAIL);
}

static void log_refusal(const struct coexist_login_facts *facts,
			const struct coexist_gate_policy *policy,
			const struct coexist_decision *decision, bool log_only)
{
	struct coexist_refusal_cause cause;

	T_BEGIN {
		coexist_refusal_cause_key(&policy->policy, decision->key,
					  &cause);
		coexist_gate_refusal_log(facts, &cause, log_only);
	} T_END;
}

static void log_put_off(const struct coexist_login_facts *facts)
{
	struct coexist_refusal_cause cause;

	T_BEGIN {
		coexist_gate_put_off_cause(facts->gate, &cause);
		coexist_gate_refusal_log(facts, &cause, /*log_only=*/FALSE);
	} T_END;
}

enum coexist_gate_second_look
coexist_gate_look_again(struct coexist_gate *gate,
			struct auth_request *request,
			const struct coexist_gate_policy *policy)
{
	bool log_only = coexist_gate_is_log_only(gate);
	struct coexist_login_facts facts;
	struct coexist_decision decision;

	coexist_login_facts_init(&facts, gate, request);
	if (coexist_login_is_exempt(&facts) ||
	    is_allowed_without_store(gate, policy))
		return COEXIST_GATE_STILL_PASSES;
	if (!log_only && is_put_off(&facts, policy)) {
		log_put_off(&facts);
		return COEXIST_GATE_REFUSES_HERE;
	}
	coexist_login_decide(&facts, &policy->policy, &decision);
	if (decision.refusal == COEXIST_REFUSAL_NONE)
		return COEXIST_GATE_STILL_PASSES;
	if (!log_only && facts.protocol != COEXIST_PROTOCOL_WEBMAIL)
		return COEXIST_GATE_SESSION_DECIDES;
	log_refusal(&facts, policy, &decision, log_only);
	return log_only ? COEXIST_GATE_STILL_PASSES : COEXIST_GATE_REFUSES_HERE;
}
