/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_GATE_REFUSAL_H
#define COEXIST_GATE_REFUSAL_H

#include "login-state.h"

struct coexist_gate_policy;
struct coexist_refusal_cause;

/* A refusal of the gate: its line in the log, its event, and Dovecot's reply to
   the client. */

/* Logs that the login is refused, or would be, and sends the event. */
void coexist_gate_refusal_log(const struct coexist_login_facts *facts,
			      const struct coexist_refusal_cause *cause,
			      bool log_only);
/* The same when the password is proved: a wrong password's refusal is not the
   policy's. */
void
coexist_gate_refusal_log_later(struct coexist_login_state *state,
			       const struct coexist_refusal_cause *cause,
			       bool log_only);
void
coexist_gate_refusal_log_proved(const struct coexist_login_state *state);

/* Gives the request what Dovecot's reply to a refused client is made of. */
void coexist_gate_refusal_reply(struct auth_request *request,
				enum coexist_gate_verdict verdict,
				const char *reason);

#endif
