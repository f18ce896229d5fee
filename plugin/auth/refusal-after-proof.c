/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in refusal-after-proof.h. */

#include "lib.h"
#include "refusal-after-proof.h"
#include "gate-login.h"
#include "gate-refusal.h"
#include "login-reply.h"

static void
decide_proved(struct coexist_login_state *state,
	      coexist_gate_login_callback_t *callback)
{
	const struct coexist_login_refusal *refusal = state->refusal;

	if (refusal == NULL || refusal->verdict == COEXIST_GATE_PASS) {
		coexist_gate_login_proved(state, callback);
	} else {
		coexist_gate_refusal_log_proved(state);
		callback(refusal->verdict, refusal->reason, state);
	}
}

void coexist_watch_proof(struct auth_request *request)
{
	coexist_login_reply_hold(request, decide_proved);
}

void coexist_refuse_after_proof(struct coexist_login_state *state,
				enum coexist_gate_verdict verdict,
				const char *reason)
{
	struct auth_request *request = state->request;
	struct coexist_login_refusal *refusal;

	if (request->handler == NULL)
		return;
	coexist_watch_proof(request);
	refusal = coexist_login_state_refusal(state);
	refusal->verdict = verdict;
	refusal->reason = p_strdup(request->pool, reason);
}
