/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in refusal-after-proof.h. */

#include "lib.h"
#include "refusal-after-proof.h"
#include "hash.h"
#include "auth-request-handler.h"
#include "auth-request-handler-private.h"
#include "gate-login.h"
#include "gate-refusal.h"

/* Every handler has the same one. */
static auth_request_handler_reply_callback_t *super_reply = NULL;

static void
reply_refusal(struct auth_request *request, enum coexist_gate_verdict verdict,
	      const char *reason)
{
	coexist_gate_refusal_reply(request, verdict, reason);
	request->passdb_result = PASSDB_RESULT_USER_DISABLED;
	super_reply(request, AUTH_CLIENT_RESULT_FAILURE, /*data=*/NULL, 0);
}

/* Replies to a client that knows the password. */
static void
proved_decided(enum coexist_gate_verdict verdict, const char *reason,
	       struct auth_request *request)
{
	struct coexist_login_state *state = coexist_login_state_get(request);

	if (state->refusal.verdict != COEXIST_GATE_PASS) {
		reply_refusal(request, state->refusal.verdict,
			      state->refusal.reason);
	} else if (verdict != COEXIST_GATE_PASS) {
		reply_refusal(request, verdict, reason);
	} else {
		super_reply(request, AUTH_CLIENT_RESULT_SUCCESS,
			    state->success, state->success_size);
	}
}

static void
reply(struct auth_request *request, enum auth_client_result result,
      const void *data, size_t size)
{
	struct coexist_login_state *state;

	if (result != AUTH_CLIENT_RESULT_SUCCESS) {
		super_reply(request, result, data, size);
		return;
	}
	state = coexist_login_state_get(request);
	state->success = size == 0 ? "" : p_memdup(request->pool, data, size);
	state->success_size = size;
	/* until the reply, the handler is referenced as it is for one that
	   waits for the address of a proxy */
	coexist_gate_login_proved(request, proved_decided);
}

void coexist_watch_proof(struct auth_request *request)
{
	struct auth_request_handler *handler = request->handler;

	if (handler == NULL || handler->reply_callback == reply)
		return;
	super_reply = handler->reply_callback;
	handler->reply_callback = reply;
}

void coexist_refuse_after_proof(struct auth_request *request,
				enum coexist_gate_verdict verdict,
				const char *reason)
{
	struct coexist_login_state *state;

	if (request->handler == NULL)
		return;
	coexist_watch_proof(request);
	state = coexist_login_state_get(request);
	state->refusal.verdict = verdict;
	state->refusal.reason = p_strdup(request->pool, reason);
}
