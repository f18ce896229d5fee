#ifndef COEXIST_GATE_REFUSAL_H
#define COEXIST_GATE_REFUSAL_H

#include "policy-decision.h"

struct coexist_gate;

/* What a refused client reads. */

/* Returns the reason for a refusal, on the data stack: one line with the
   response code of the protocol (RFC 2449 section 8, RFC 3206, RFC 5530), in
   the language of the policy. */
const char *
coexist_gate_reason(struct coexist_gate *gate,
		    const struct coexist_policy *policy,
		    enum coexist_protocol protocol,
		    const struct coexist_decision *decision);

/* Returns the reason for asking the client to come back later, likewise. */
const char *
coexist_gate_reason_store_failed(struct coexist_gate *gate,
				 const struct coexist_policy *policy,
				 enum coexist_protocol protocol);

/* Returns what a session tells a client that comes back too early, on the data
   stack: without a code, and with the placeholder {seconds}. */
const char *
coexist_gate_login_delay_text(struct coexist_gate *gate,
			      const struct coexist_policy *policy);

#endif
