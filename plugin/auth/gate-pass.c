/* See the contract in gate-pass.h. */

#include "lib.h"
#include "gate-pass.h"
#include "ioloop.h"
#include "str.h"
#include "compat-auth.h"
#include "gate.h"
#include "gate-handover.h"
#include "document-cache.h"
#include "gate-lookup.h"
#include "userdb-fields.h"

/* Where a request's event keeps it. Fields of the request would be sent to the
   login process. */
#define EVENT_PASS "coexist_gate_pass"

/* All from the request's pool, as is the user's name: each that the request had
   stays there. */
struct gate_pass {
	bool passed;
	/* whose policy was looked up, or NULL */
	const char *asked_user;

	/* whose policy is kept, and for whom; NULL if none is */
	struct coexist_gate *gate;
	const char *user;
	time_t time;
	const char *handover;
};

/* Returns NULL if there is none. */
static struct gate_pass *pass_find(struct auth_request *request)
{
	return event_get_ptr(request->event, EVENT_PASS);
}

static struct gate_pass *pass_get(struct auth_request *request)
{
	struct gate_pass *pass = pass_find(request);

	if (pass == NULL) {
		pass = p_new(request->pool, struct gate_pass, 1);
		event_set_ptr(request->event, EVENT_PASS, pass);
	}
	return pass;
}

static bool
is_users(const struct auth_request *request, const char *user)
{
	return user != NULL && strcmp(user, request->fields.user) == 0;
}

/* Returns why the gate let the login pass. */
static const char *
reason_find(struct coexist_gate *gate, struct auth_request *request)
{
	const struct coexist_site_config *config = &gate->config;

	if (request->fields.master_user != NULL &&
	    coexist_site_number(config, COEXIST_SITE_master_bypass) != 0)
		return COEXIST_USERDB_GATE_EXEMPT;
	return coexist_site_number(config, COEXIST_SITE_log_only) != 0 ?
		COEXIST_USERDB_GATE_LOG_ONLY : COEXIST_USERDB_GATE_PASSED;
}

static void
field_add(struct coexist_gate *gate, struct auth_request *request,
	  const char *handover)
{
	auth_request_set_userdb_field(request,
		COEXIST_KEY_PREFIX COEXIST_USERDB_FIELD_GATE,
		t_strconcat(reason_find(gate, request), handover, NULL));
}

/* Returns what the session obeys, on the data stack. What was too long for it,
   the gate has decided about all the same. */
static const char *
handover_make(struct coexist_gate *gate, struct auth_request *request,
	      const struct coexist_gate_policy *policy)
{
	string_t *handover = t_str_new(256);

	(void)coexist_gate_handover_write(gate, request, policy,
					  /*gate_decided=*/TRUE, handover);
	return str_c(handover);
}

void coexist_gate_pass_set_asked(struct auth_request *request)
{
	pass_get(request)->asked_user = request->fields.user;
}

bool coexist_gate_pass_is_asked(struct auth_request *request)
{
	const struct gate_pass *pass = pass_find(request);

	return pass != NULL && is_users(request, pass->asked_user);
}

void coexist_gate_pass_keep(struct coexist_gate *gate,
			    struct auth_request *request,
			    const struct coexist_gate_policy *policy)
{
	struct gate_pass *pass = pass_get(request);

	pass->gate = NULL;
	if (policy->store_failed ||
	    policy->scopes[COEXIST_SCOPE_USERDB].get != NULL)
		return;
	T_BEGIN {
		pass->handover = p_strdup(request->pool,
			handover_make(gate, request, policy));
	} T_END;
	pass->gate = gate;
	pass->user = request->fields.user;
	pass->time = ioloop_time;
}

void coexist_gate_pass_set(struct auth_request *request)
{
	pass_get(request)->passed = TRUE;
}

bool coexist_gate_pass_is_set(struct auth_request *request)
{
	const struct gate_pass *pass = pass_find(request);

	return pass != NULL && pass->passed;
}

bool coexist_gate_pass_export_kept(struct coexist_gate *gate,
				   struct auth_request *request)
{
	const struct gate_pass *pass = pass_find(request);

	if (pass == NULL || !pass->passed || pass->gate != gate ||
	    !is_users(request, pass->user) ||
	    pass->time < ioloop_time - COEXIST_DOCUMENT_ANSWER_SECS)
		return FALSE;
	T_BEGIN {
		field_add(gate, request, pass->handover);
	} T_END;
	return TRUE;
}

void coexist_gate_pass_export(struct coexist_gate *gate,
			      struct auth_request *request,
			      const struct coexist_gate_policy *policy)
{
	T_BEGIN {
		field_add(gate, request, handover_make(gate, request, policy));
	} T_END;
}
