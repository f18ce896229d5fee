/* See the contract in gate-handover.h. */

#include "lib.h"
#include "gate-handover.h"
#include "str.h"
#include "compat-auth.h"
#include "gate.h"
#include "gate-lookup.h"
#include "log-repeat.h"
#include "logged-name.h"
#include "policy-handover.h"
#include "site-refusal.h"

/* Returns what the session says to who comes back too early, on the data stack,
   or NULL. Only the mailbox knows when it was used last. */
static const char *
delay_text_find(struct coexist_gate *gate, enum coexist_protocol protocol,
		const struct coexist_policy *policy)
{
	if (coexist_policy_number(policy, COEXIST_KEY_pop3_login_delay) == 0 ||
	    protocol != COEXIST_PROTOCOL_POP3)
		return NULL;
	return coexist_site_login_delay_text(gate->texts, policy);
}

/* Not with the request's event, which drops warnings unless auth_verbose is
   set. */
static void
log_left_out(struct coexist_gate *gate, const struct auth_request *request,
	     size_t size, const bool left_out[COEXIST_KEY_COUNT])
{
	const char *line = t_strdup_printf("coexist: The policy of user=<%s> "
		"for service %s takes %zu bytes, and at most %u are handed "
		"over: it is obeyed without %s (doveadm coexist policy check "
		"names the documents)", coexist_logged_name(request->fields.user),
		coexist_auth_request_get_protocol(request), size,
		COEXIST_HANDOVER_MAX_SIZE, coexist_handover_left_out(left_out));

	if (coexist_log_repeat_may(gate->log, line))
		e_warning(gate->event, "%s", line);
}

static enum coexist_gate_handover
left_out_judge(const bool left_out[COEXIST_KEY_COUNT])
{
	enum coexist_gate_handover ret = COEXIST_GATE_HANDOVER_WHOLE;
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (!left_out[i])
			continue;
		if (coexist_key_decides(i))
			return COEXIST_GATE_HANDOVER_UNDECIDABLE;
		ret = COEXIST_GATE_HANDOVER_CUT;
	}
	return ret;
}

enum coexist_gate_handover
coexist_gate_handover_write(struct coexist_gate *gate,
			    struct auth_request *request,
			    const struct coexist_gate_policy *policy,
			    bool gate_decided, string_t *dest)
{
	struct coexist_handover handover = {
		.protocol = coexist_protocol_find(
			coexist_auth_request_get_protocol(request)),
		.gate_decided = gate_decided,
		.is_partial = policy->is_partial
	};
	bool left_out[COEXIST_KEY_COUNT];
	enum coexist_gate_handover ret;
	unsigned int i;
	size_t size;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (coexist_gate_policy_hands_over(policy, i)) {
			handover.texts[i] =
				coexist_policy_text(&policy->policy, i);
		}
	}
	handover.delay_text = delay_text_find(gate, handover.protocol,
					      &policy->policy);
	size = coexist_handover_write(&handover, dest, left_out);
	ret = left_out_judge(left_out);
	if (ret != COEXIST_GATE_HANDOVER_WHOLE)
		log_left_out(gate, request, size, left_out);
	return ret;
}
