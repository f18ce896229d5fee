/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_REFUSAL_AFTER_PROOF_H
#define COEXIST_REFUSAL_AFTER_PROOF_H

#include "login-state.h"

/* The deferred refusal of a login whose client has still to prove that it knows
   the password (CRAM-MD5, APOP, SCRAM …), and must not learn the policy before.
   So the credentials lookup succeeds, and the success of the proof is turned into
   the refusal; a wrong proof fails as always. The refusal of a token that was
   verified is deferred, too, where Dovecot would call the token invalid. */

/* Does nothing if nobody waits for a proof: a lookup by the master process or
   an administrator is no login. */
void coexist_refuse_after_proof(struct coexist_login_state *state,
				enum coexist_gate_verdict verdict,
				const char *reason);

/* Has coexist_gate_login_proved() asked when the client has given its proof. */
void coexist_watch_proof(struct auth_request *request);

#endif
