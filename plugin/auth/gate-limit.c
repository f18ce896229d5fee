/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in gate-limit.h. */

#include "lib.h"
#include "gate-limit.h"
#include "gate.h"
#include "gate-lookup.h"
#include "gate-refusal.h"
#include "logged-name.h"
#include "session-limit.h"
#include "site-refusal.h"

struct coexist_login_limit *
coexist_gate_limit_new(const struct coexist_login_facts *facts,
		       const struct coexist_gate_policy *policy)
{
	const struct coexist_decision full = {
		.refusal = COEXIST_REFUSAL_SESSIONS,
		.key = coexist_protocol_max_sessions(facts->protocol)
	};
	uint64_t max = coexist_policy_number(&policy->policy, full.key);
	pool_t pool = facts->request->pool;
	struct coexist_login_limit *limit;

	if (max == 0 || !coexist_login_has_session(facts))
		return NULL;
	limit = p_new(pool, struct coexist_login_limit, 1);
	limit->facts = *facts;
	limit->max = max;
	limit->reason = p_strdup(pool,
		coexist_site_refusal(facts->gate->texts, &policy->policy,
				     facts->protocol,
				     coexist_login_is_relayed(facts), &full));
	coexist_refusal_cause_key(&policy->policy, full.key, &limit->cause);
	limit->cause.scope = p_strdup(pool, limit->cause.scope);
	limit->cause.log = p_strdup(pool, limit->cause.log);
	return limit;
}

/* Lets the login pass. */
static void limit_pass(struct coexist_login_limit *limit)
{
	const struct coexist_login_facts *facts = &limit->facts;

	coexist_session_limit_note(facts->gate->session_limit,
				   facts->request->fields.user,
				   coexist_login_anvil_protocol(facts));
	limit->callback(COEXIST_GATE_PASS, /*reason=*/NULL, limit->state);
}

static void limit_refuse(struct coexist_login_limit *limit)
{
	bool log_only = coexist_gate_is_log_only(limit->facts.gate);

	coexist_gate_refusal_log(&limit->facts, &limit->cause, log_only);
	if (log_only)
		limit_pass(limit);
	else
		limit->callback(COEXIST_GATE_REFUSE, limit->reason,
				limit->state);
}

static const char *
verdict_describe(enum coexist_session_limit_verdict verdict)
{
	switch (verdict) {
	case COEXIST_SESSION_LIMIT_FREE:
		return "fewer than the limit";
	case COEXIST_SESSION_LIMIT_FULL:
		return "as many as the limit";
	case COEXIST_SESSION_LIMIT_UNKNOWN:
		break;
	}
	return "can't be counted against the limit";
}

static void
limit_checked(enum coexist_session_limit_verdict verdict, void *context)
{
	struct coexist_login_limit *limit = context;
	struct auth_request *request = limit->facts.request;

	/* behind the passdbs, no prefix of the log has the name */
	e_debug(coexist_auth_request_event(request),
		"coexist: %s sessions of user=<%s>: %s of %"PRIu64, coexist_protocol_label(limit->facts.protocol),
		coexist_logged_name(request->fields.user),
		verdict_describe(verdict), limit->max);
	T_BEGIN {
		switch (verdict) {
		case COEXIST_SESSION_LIMIT_FREE:
			limit_pass(limit);
			break;
		case COEXIST_SESSION_LIMIT_FULL:
			limit_refuse(limit);
			break;
		case COEXIST_SESSION_LIMIT_UNKNOWN:
			limit->callback(COEXIST_GATE_PASS, /*reason=*/NULL,
					limit->state);
			break;
		}
	} T_END;
}

void coexist_gate_limit_check(struct coexist_login_state *state,
			      coexist_gate_login_callback_t *callback)
{
	struct coexist_login_limit *limit = state->limit;

	limit->state = state;
	limit->callback = callback;
	coexist_session_limit_check(limit->facts.gate->session_limit,
				    limit->facts.request->fields.user,
				    limit->facts.protocol, limit->max,
				    limit_checked, limit);
}
