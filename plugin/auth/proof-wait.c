/* See the contract in proof-wait.h.

   A passdb isn't asked again after the proof, and its fields go to those with a
   wrong password too, except "nologin". That one does not stop Postfix, which
   takes every OK. So a success is held back by what Dovecot has for the field
   delay_until, and turned into a failure meanwhile. */

#include "lib.h"
#include "proof-wait.h"
#include "ioloop.h"
#include "llist.h"

/* Longer than Dovecot waits for a client (150 seconds). */
#define HOLD_SECS 600
#define POLL_MSECS 100

struct proof_wait {
	struct proof_wait *prev, *next;
	struct auth_request *request;
	const char *reason;
	struct timeout *to;
};

static struct proof_wait *waits = NULL;

static void wait_free(struct proof_wait *wait)
{
	DLLIST_REMOVE(&waits, wait);
	timeout_remove(&wait->to);
	auth_request_unref(&wait->request);
	i_free(wait);
}

/* The success is only held back: nobody was told. */
static void request_refuse(struct auth_request *request, const char *reason)
{
	timeout_remove(&request->to_penalty);
	request->passdb_result = PASSDB_RESULT_USER_DISABLED;
	auth_request_set_field(request, "reason", reason, NULL);
	auth_request_set_field(request, "nodelay", "yes", NULL);
	auth_request_fail(request);
}

static void wait_poll(struct proof_wait *wait)
{
	struct auth_request *request = wait->request;

	if (request->state == AUTH_REQUEST_STATE_FINISHED) {
		/* a wrong password */
	} else if (request->fields.successful) {
		request_refuse(request, wait->reason);
	} else if (!request->removed_from_handler) {
		return;
	}
	wait_free(wait);
}

void coexist_proof_wait(struct auth_request *request, const char *reason,
			lookup_credentials_callback_t *callback)
{
	struct proof_wait *wait;

	if (request->handler == NULL) {
		/* an administrator looks, nobody logs in */
		coexist_auth_credentials_reply(callback, PASSDB_RESULT_OK,
					       request);
		return;
	}
	wait = i_new(struct proof_wait, 1);
	wait->request = request;
	auth_request_ref(request);
	wait->reason = p_strdup(request->pool, reason);
	wait->to = timeout_add_short(POLL_MSECS, wait_poll, wait);
	DLLIST_PREPEND(&waits, wait);

	request->delay_until = ioloop_time + HOLD_SECS;
	coexist_auth_credentials_reply(callback, PASSDB_RESULT_OK, request);
	/* CRAM-MD5 has its proof already, SCRAM asks for it now */
	wait_poll(wait);
}

void coexist_proof_wait_deinit(void)
{
	while (waits != NULL)
		wait_free(waits);
}
