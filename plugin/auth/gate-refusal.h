/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_GATE_REFUSAL_H
#define COEXIST_GATE_REFUSAL_H

#include "login-state.h"

struct coexist_gate_policy;

/* A refusal of the gate: its line in the log, and Dovecot's reply to the client. */

/* Returns which key of which scope decided, for the log, on the data stack. */
const char *
coexist_gate_refusal_describe(const struct coexist_gate_policy *policy,
			      const struct coexist_decision *decision);

/* Logs that the login is refused, or would be. */
void coexist_gate_refusal_log(const struct coexist_login_facts *facts,
			      const char *why, bool log_only);
/* The same when the password is proved: a wrong password's refusal is not the
   policy's. */
void coexist_gate_refusal_log_later(const struct coexist_login_facts *facts,
				    const char *why, bool log_only);
void coexist_gate_refusal_log_proved(struct auth_request *request);

/* Gives the request what Dovecot's reply to a refused client is made of. */
void coexist_gate_refusal_reply(struct auth_request *request,
				enum coexist_gate_verdict verdict,
				const char *reason);

#endif
