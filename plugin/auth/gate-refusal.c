/* See the contract in gate-refusal.h. */

#include "lib.h"
#include "gate-refusal.h"
#include "gate.h"
#include "policy-text.h"
#include "refusal-reason.h"

/* Returns TRUE if the text says that it will be over soon, and what to do until
   then: no place for what the administrator says of the policy. */
static bool is_for_now(enum coexist_text id)
{
	return id == COEXIST_TEXT_store || id == COEXIST_TEXT_login_delay ||
		id == COEXIST_TEXT_max_sessions;
}

static char *
say(struct coexist_gate *gate, const struct coexist_policy *policy,
    enum coexist_protocol protocol, enum coexist_text id, const char *date)
{
	const struct coexist_text_values values = {
		.protocol = coexist_protocol_label(protocol),
		.date = date,
		/* stays as it is */
		.seconds = "{seconds}"
	};
	const struct coexist_text_style style = {
		.language = coexist_policy_text(policy, COEXIST_KEY_language),
		/* RFC 1939, 3501 and 5321 know ASCII only before the client
		   asked for more, RFC 5804 knows UTF-8 */
		.ascii = protocol != COEXIST_PROTOCOL_SIEVE,
		.max_length = COEXIST_REFUSAL_TEXT_MAX_LENGTH
	};
	const char *own = coexist_policy_text(policy, COEXIST_KEY_deny_text);
	char *text = NULL;

	if (*own != '\0' && !is_for_now(id))
		text = coexist_text_format(own, &values, &style);
	return text != NULL ? text :
		coexist_texts_say(gate->texts, id, &values, &style);
}

const char *
coexist_gate_reason(struct coexist_gate *gate,
		    const struct coexist_policy *policy,
		    enum coexist_protocol protocol,
		    const struct coexist_decision *decision)
{
	enum coexist_text id = coexist_decision_text(policy, decision);
	g_autofree char *text = say(gate, policy, protocol, id,
		coexist_policy_text(policy, decision->key));

	return coexist_refusal_reason(protocol, id, text);
}

const char *
coexist_gate_reason_store_failed(struct coexist_gate *gate,
				 const struct coexist_policy *policy,
				 enum coexist_protocol protocol)
{
	g_autofree char *text = say(gate, policy, protocol,
				    COEXIST_TEXT_store, /*date=*/NULL);

	return coexist_refusal_reason(protocol, COEXIST_TEXT_store, text);
}

const char *
coexist_gate_login_delay_text(struct coexist_gate *gate,
			      const struct coexist_policy *policy)
{
	g_autofree char *text = say(gate, policy, COEXIST_PROTOCOL_POP3,
				    COEXIST_TEXT_login_delay, /*date=*/NULL);

	return t_strdup(text);
}
