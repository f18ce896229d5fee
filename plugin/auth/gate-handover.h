#ifndef COEXIST_GATE_HANDOVER_H
#define COEXIST_GATE_HANDOVER_H

struct auth_request;
struct coexist_gate;
struct coexist_gate_policy;

/* What a session, or a service without logins, is told of the policy documents:
   see policy-handover.h. */

enum coexist_gate_handover {
	/* all of it */
	COEXIST_GATE_HANDOVER_WHOLE,
	/* What was too long is not in it, and was logged. */
	COEXIST_GATE_HANDOVER_CUT,
	/* So is something by which the session was to decide. */
	COEXIST_GATE_HANDOVER_UNDECIDABLE
};

/* Appends the hand-over for who has sent the request. gate_decided: the gate lets
   the login pass. */
enum coexist_gate_handover
coexist_gate_handover_write(struct coexist_gate *gate,
			    struct auth_request *request,
			    const struct coexist_gate_policy *policy,
			    bool gate_decided, string_t *dest);

#endif
