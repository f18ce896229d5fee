/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in gate-refusal.h. */

#include "lib.h"
#include "gate-refusal.h"
#include "gate.h"
#include "log-repeat.h"
#include "refusal-event.h"

void coexist_gate_refusal_log(const struct coexist_login_facts *facts,
			      const struct coexist_refusal_cause *cause,
			      bool log_only)
{
	const struct coexist_refused_login refused = {
		.user = facts->request->fields.user,
		.protocol = facts->protocol,
		.client = &facts->request->fields.remote_ip,
		.log_only = log_only
	};

	coexist_log_repeat_info(facts->gate->log, facts->gate->event,
				coexist_refusal_log(&refused, cause->log));
	coexist_refusal_event_send(coexist_auth_request_event(facts->request),
				   &refused, cause);
}

void
coexist_gate_refusal_log_later(struct coexist_login_state *state,
			       const struct coexist_refusal_cause *cause,
			       bool log_only)
{
	struct coexist_login_refusal *refusal =
		coexist_login_state_refusal(state);

	refusal->facts = state->facts;
	refusal->cause.reason = cause->reason;
	refusal->cause.scope = p_strdup(state->request->pool, cause->scope);
	refusal->cause.log = p_strdup(state->request->pool, cause->log);
	refusal->log_only = log_only;
}

void coexist_gate_refusal_log_proved(const struct coexist_login_state *state)
{
	const struct coexist_login_refusal *refusal = state->refusal;

	if (refusal == NULL || refusal->facts.gate == NULL)
		return;
	T_BEGIN {
		coexist_gate_refusal_log(&refusal->facts, &refusal->cause,
					 refusal->log_only);
	} T_END;
}

void coexist_gate_refusal_reply(struct auth_request *request,
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
