/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in login-reply.h. */

/* The reply is Dovecot's, and so is what it says of itself. */
#define AUTH_REQUEST_FIELDS_CONST

#include "lib.h"
#include "login-reply.h"
#include "hash.h"
#include "auth-request-handler.h"
#include "auth-request-handler-private.h"
#include "gate-answer.h"
#include "gate-refusal.h"

/* Every handler has the same one. */
static auth_request_handler_reply_callback_t *super_reply = NULL;
static coexist_login_reply_decide_t *decide_login = NULL;

/* The login counts as one that failed: Dovecot's auth policy server hears so. */
static void
reply_refusal(struct auth_request *request, enum coexist_gate_verdict verdict,
	      const char *reason)
{
	if (reason != NULL)
		coexist_gate_refusal_reply(request, verdict, reason);
	request->failed = TRUE;
	request->passdb_result = PASSDB_RESULT_USER_DISABLED;
	super_reply(request, AUTH_CLIENT_RESULT_FAILURE, /*data=*/NULL, 0);
}

static void
decided(enum coexist_gate_verdict verdict, const char *reason,
	struct coexist_login_state *state)
{
	struct auth_request *request = state->request;

	if (verdict != COEXIST_GATE_PASS) {
		reply_refusal(request, verdict, reason);
	} else {
		request->fields.successful = TRUE;
		super_reply(request, AUTH_CLIENT_RESULT_SUCCESS,
			    state->success, state->success_size);
	}
}

static void
reply(struct auth_request *request, enum auth_client_result result,
      const void *data, size_t size)
{
	struct coexist_login_state *state;

	if (result != AUTH_CLIENT_RESULT_CONTINUE &&
	    coexist_gate_answer_is_due(request)) {
		coexist_gate_answer_add(request);
		result = AUTH_CLIENT_RESULT_FAILURE;
	}
	if (result != AUTH_CLIENT_RESULT_SUCCESS) {
		super_reply(request, result, data, size);
		return;
	}
	state = coexist_login_state_get(request);
	state->success = size == 0 ? "" : p_memdup(request->pool, data, size);
	state->success_size = size;
	/* Nobody gets the userdb's answer for it meanwhile. Until the reply, the
	   handler is referenced as it is for one that waits for the address of
	   a proxy. */
	request->fields.successful = FALSE;
	decide_login(state, decided);
}

void coexist_login_reply_hold(struct auth_request *request,
			      coexist_login_reply_decide_t *decide)
{
	struct auth_request_handler *handler = request->handler;

	if (handler == NULL || handler->reply_callback == reply)
		return;
	decide_login = decide;
	super_reply = handler->reply_callback;
	handler->reply_callback = reply;
}
