/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_GATE_RECHECK_H
#define COEXIST_GATE_RECHECK_H

#include <stdbool.h>

struct auth_request;
struct coexist_gate;
struct coexist_gate_policy;
struct coexist_login_state;

/* The gate's answer to an open session that asks whether it may go on
   (recheck-query.h). */

/* Returns TRUE if the look-up is a session's that asks again. */
bool coexist_gate_is_recheck(struct coexist_gate *gate,
			     struct auth_request *request);
/* Decides as about a login, and answers with nothing but that. Where the policy could
   not be read, and with log_only, the session goes on. So it does if nobody has told it
   of a change and what refuses it may be a loss: the document of the domain or of
   everybody has vanished, one is older than before, or the clock was set and the
   date has come by that. The log has a warning then. What was before, the session says,
   or if it has not asked yet, auth remembers (lost-documents.h). */
void coexist_gate_recheck_answer(struct coexist_gate *gate,
				 struct coexist_login_state *state,
				 const struct coexist_gate_policy *policy);

#endif
