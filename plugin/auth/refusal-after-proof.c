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

/* Returns why a client that knows the password is refused, or NULL. */
static const char *reason_find(struct auth_request *request)
{
	const char *late = coexist_gate_login_proved(request);
	const char *reason = auth_fields_find(request->fields.extra_fields,
					      FIELD_REFUSAL);

	return reason != NULL ? reason : late;
}

static void
reply(struct auth_request *request, enum auth_client_result result,
      const void *data, size_t size)
{
	const char *reason = result != AUTH_CLIENT_RESULT_SUCCESS ? NULL :
		reason_find(request);

	if (reason != NULL) {
		coexist_gate_login_refuse(request,
			auth_fields_exists(request->fields.extra_fields,
					   FIELD_TEMPFAIL) ?
			COEXIST_GATE_TEMPFAIL : COEXIST_GATE_REFUSE, reason);
		request->passdb_result = PASSDB_RESULT_USER_DISABLED;
		result = AUTH_CLIENT_RESULT_FAILURE;
		data = NULL;
		size = 0;
	}
	super_reply(request, result, data, size);
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
