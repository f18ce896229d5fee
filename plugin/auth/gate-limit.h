/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_GATE_LIMIT_H
#define COEXIST_GATE_LIMIT_H

#include "login-state.h"

struct coexist_gate_policy;

/* The limit of sessions (P_max_sessions), for a login that the rest of the policy
   lets pass. */

/* Notes the limit. Returns FALSE if the login has none. */
bool coexist_gate_limit_init(struct coexist_login_limit *limit,
			     const struct coexist_login_facts *facts,
			     const struct coexist_gate_policy *policy);
/* Finds out whether there may be one more session, and logs a refusal. The limit
   has to live until the callback, which may be called before this returns. */
void coexist_gate_limit_check(struct coexist_login_limit *limit,
			      coexist_gate_login_callback_t *callback);

#endif
