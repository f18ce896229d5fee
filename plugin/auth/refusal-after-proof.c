/* See the contract in refusal-after-proof.h. */

#include "lib.h"
#include "refusal-after-proof.h"
#include "compat-auth.h"
#include "hash.h"
#include "auth-request-handler.h"
#include "auth-request-handler-private.h"

/* Hidden: neither sent with the failure of a wrong proof, which would tell the
   reason, nor with anything else. */
#define FIELD_REFUSAL "coexist_refusal"
#define FIELD_TEMPFAIL "coexist_tempfail"

/* Every handler has the same one. */
static auth_request_handler_reply_callback_t *super_reply = NULL;

/* A reply that waits for the last decision. From the request's pool. */
struct success_reply {
	const void *data;
	size_t size;
};

static void
reply_refusal(struct auth_request *request, enum coexist_gate_verdict verdict,
	      const char *reason)
{
	coexist_gate_login_refuse(request, verdict, reason);
	request->passdb_result = PASSDB_RESULT_USER_DISABLED;
	super_reply(request, AUTH_CLIENT_RESULT_FAILURE, /*data=*/NULL, 0);
}

/* Replies to a client that knows the password. */
static void
proved_decided(enum coexist_gate_verdict verdict, const char *reason,
	       struct auth_request *request, void *context)
{
	struct success_reply *success = context;
	struct auth_fields *fields = request->fields.extra_fields;
	const char *noted = auth_fields_find(fields, FIELD_REFUSAL);

	if (noted != NULL) {
		reply_refusal(request,
			      auth_fields_exists(fields, FIELD_TEMPFAIL) ?
			      COEXIST_GATE_TEMPFAIL : COEXIST_GATE_REFUSE,
			      noted);
	} else if (verdict != COEXIST_GATE_PASS) {
		reply_refusal(request, verdict, reason);
	} else {
		super_reply(request, AUTH_CLIENT_RESULT_SUCCESS,
			    success->data, success->size);
	}
}

static void
reply(struct auth_request *request, enum auth_client_result result,
      const void *data, size_t size)
{
	struct success_reply *success;

	if (result != AUTH_CLIENT_RESULT_SUCCESS) {
		super_reply(request, result, data, size);
		return;
	}
	success = p_new(request->pool, struct success_reply, 1);
	success->data = size == 0 ? "" : p_memdup(request->pool, data, size);
	success->size = size;
	/* until the reply, the handler is referenced as it is for one that
	   waits for the address of a proxy */
	coexist_gate_login_proved(request, proved_decided, success);
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
	if (request->handler == NULL)
		return;
	coexist_watch_proof(request);
	auth_fields_add(request->fields.extra_fields, FIELD_REFUSAL, reason,
			AUTH_FIELD_FLAG_HIDDEN);
	if (verdict == COEXIST_GATE_TEMPFAIL) {
		auth_fields_add(request->fields.extra_fields, FIELD_TEMPFAIL,
				"yes", AUTH_FIELD_FLAG_HIDDEN);
	}
}
