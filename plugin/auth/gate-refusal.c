/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in gate-refusal.h. */

#include "lib.h"
#include "gate-refusal.h"
#include "gate.h"
#include "gate-lookup.h"
#include "log-repeat.h"
#include "refusal-log.h"

const char *
coexist_gate_refusal_describe(const struct coexist_gate_policy *policy,
			      const struct coexist_decision *decision)
{
	return coexist_refusal_log_key(&policy->policy, decision->key);
}

static const char *
refusal_line(const struct coexist_login_facts *facts, const char *why,
	     bool log_only)
{
	const struct coexist_refused_login refused = {
		.user = facts->request->fields.user,
		.protocol = facts->protocol,
		.client = &facts->request->fields.remote_ip,
		.log_only = log_only
	};

	return coexist_refusal_log(&refused, why);
}

static void log_line(struct coexist_gate *gate, const char *line)
{
	coexist_log_repeat_info(gate->log, gate->event, line);
}

void coexist_gate_refusal_log(const struct coexist_login_facts *facts,
			      const char *why, bool log_only)
{
	log_line(facts->gate, refusal_line(facts, why, log_only));
}

void coexist_gate_refusal_log_later(const struct coexist_login_facts *facts,
				    const char *why, bool log_only)
{
	struct auth_request *request = facts->request;
	struct coexist_login_refusal *refusal =
		&coexist_login_state_get(request)->refusal;

	refusal->gate = facts->gate;
	refusal->line = p_strdup(request->pool,
		refusal_line(facts, why, log_only));
}

void coexist_gate_refusal_log_proved(struct auth_request *request)
{
	const struct coexist_login_refusal *refusal =
		&coexist_login_state_get(request)->refusal;

	if (refusal->gate != NULL)
		log_line(refusal->gate, refusal->line);
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
