/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_GATE_LOGIN_H
#define COEXIST_GATE_LOGIN_H

#include "login-state.h"

struct coexist_gate_policy;

/* The gate's decision about one login. */

/* Decides, and logs a refusal when the password is proved. The callback may be
   called before this returns; the request is referenced until then. */
void coexist_gate_login(struct coexist_gate *gate,
			struct coexist_login_state *state,
			enum coexist_gate_proof proof,
			coexist_gate_login_callback_t *callback);
/* The client of a login that was to pass or to be refused then has shown that it
   knows the password: logs the refusal, or decides what must not be asked for
   before, whether there are too many sessions. The callback may be called before
   this returns; the request is referenced until then. */
void coexist_gate_login_proved(struct coexist_login_state *state,
			       coexist_gate_login_callback_t *callback);

/* Returns TRUE if nothing but a document forbids the login of which nobody can
   tell, without the key that signed it, whether it is true. */
bool coexist_gate_is_refused_unproved(const struct coexist_login_facts *facts,
				      const struct coexist_gate_policy *policy);
/* Finds the cause why a login is put off: a site setting. */
void coexist_gate_put_off_cause(const struct coexist_gate *gate,
				struct coexist_refusal_cause *cause_r);

#endif
