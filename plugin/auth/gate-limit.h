/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_GATE_LIMIT_H
#define COEXIST_GATE_LIMIT_H

#include "login-state.h"

struct coexist_gate_policy;

/* The limit of sessions (P_max_sessions), for a login that the rest of the policy
   lets pass. */

/* Returns the login's limit, from the request's pool, or NULL if it has none. */
struct coexist_login_limit *
coexist_gate_limit_new(const struct coexist_login_facts *facts,
		       const struct coexist_gate_policy *policy);
/* Finds out whether there may be one more session by the login's limit, and logs a
   refusal. The callback may be called before this returns. */
void coexist_gate_limit_check(struct coexist_login_state *state,
			      coexist_gate_login_callback_t *callback);

#endif
