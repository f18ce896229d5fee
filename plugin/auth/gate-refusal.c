/* See the contract in gate-refusal.h. */

#include "lib.h"
#include "gate-refusal.h"
#include "net.h"
#include "str-sanitize.h"
#include "gate.h"
#include "gate-lookup.h"
#include "log-repeat.h"
#include "logged-name.h"

/* Enough of a value to recognise it in the log. */
#define LOGGED_VALUE_LENGTH 80

const char *
coexist_gate_refusal_describe(const struct coexist_gate_policy *policy,
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

static const char *
refusal_line(const struct auth_request *request, enum coexist_protocol protocol,
	     const char *why, bool log_only)
{
	return t_strdup_printf("coexist: %s user=<%s> protocol=%s client=%s %s",
			       log_only ? "would refuse" : "refused",
			       coexist_logged_name(request->fields.user),
			       coexist_protocol_name(protocol),
			       net_ip2addr(&request->fields.remote_ip), why);
}

static void log_line(struct coexist_gate *gate, const char *line)
{
	coexist_log_repeat_info(gate->log, gate->event, line);
}

void coexist_gate_refusal_log(const struct coexist_login_facts *facts,
			      const char *why, bool log_only)
{
	log_line(facts->gate, refusal_line(facts->request, facts->protocol,
					   why, log_only));
}

void coexist_gate_refusal_log_later(const struct coexist_login_facts *facts,
				    const char *why, bool log_only)
{
	struct auth_request *request = facts->request;
	struct coexist_login_refusal *refusal =
		&coexist_login_state_get(request)->refusal;

	refusal->gate = facts->gate;
	refusal->line = p_strdup(request->pool,
		refusal_line(request, facts->protocol, why, log_only));
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
