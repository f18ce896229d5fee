/* See the contract in gate-pass.h. */

#include "lib.h"
#include "gate-pass.h"
#include "ioloop.h"
#include "str.h"
#include "strescape.h"
#include "compat-auth.h"
#include "gate.h"
#include "gate-lookup.h"
#include "policy-decision.h"
#include "site-refusal.h"
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
	const char *items;
	const char *delay_text;
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

static void
item_write(string_t *items, const struct coexist_policy *policy,
	   enum coexist_key key)
{
	str_append_c(items, '\t');
	str_append(items, coexist_policy_keys[key].name);
	str_append_c(items, '=');
	str_append_tabescaped(items, coexist_policy_text(policy, key));
}

/* Returns the keys that the session reads in place of the documents, on the data
   stack: none that the gate has decided itself, and the preset only if it is
   needed for saying that a value is empty. */
static const char *items_write(const struct coexist_gate_policy *policy)
{
	string_t *items = t_str_new(256);
	bool has_empty = FALSE;
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (!coexist_gate_policy_hands_over(policy, i) ||
		    coexist_key_decides(i) || i == COEXIST_KEY_preset)
			continue;
		item_write(items, &policy->policy, i);
		if (*coexist_policy_text(&policy->policy, i) == '\0')
			has_empty = TRUE;
	}
	if (has_empty &&
	    coexist_gate_policy_hands_over(policy, COEXIST_KEY_preset))
		item_write(items, &policy->policy, COEXIST_KEY_preset);
	return str_c(items);
}

/* Returns what the session says to who comes back too early, on the data stack,
   or NULL. Only the mailbox knows when it was used last. */
static const char *
delay_text_find(struct coexist_gate *gate, struct auth_request *request,
		const struct coexist_policy *policy)
{
	if (coexist_policy_number(policy, COEXIST_KEY_pop3_login_delay) == 0 ||
	    coexist_protocol_find(coexist_auth_request_get_protocol(request)) !=
	    COEXIST_PROTOCOL_POP3)
		return NULL;
	return coexist_site_login_delay_text(gate->texts, policy);
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
fields_add(struct coexist_gate *gate, struct auth_request *request,
	   const char *items, const char *delay_text)
{
	auth_request_set_userdb_field(request,
		COEXIST_KEY_PREFIX COEXIST_USERDB_FIELD_GATE,
		t_strconcat(reason_find(gate, request), items, NULL));
	if (delay_text != NULL) {
		auth_request_set_userdb_field(request, COEXIST_KEY_PREFIX
			COEXIST_USERDB_FIELD_DELAY_TEXT, delay_text);
	}
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
	    policy->scopes[COEXIST_GATE_SCOPE_USERDB].get != NULL)
		return;
	T_BEGIN {
		pass->items = p_strdup(request->pool, items_write(policy));
		pass->delay_text = p_strdup(request->pool,
			delay_text_find(gate, request, &policy->policy));
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
	    pass->time < ioloop_time - COEXIST_GATE_ANSWER_SECS)
		return FALSE;
	T_BEGIN {
		fields_add(gate, request, pass->items, pass->delay_text);
	} T_END;
	return TRUE;
}

void coexist_gate_pass_export(struct coexist_gate *gate,
			      struct auth_request *request,
			      const struct coexist_gate_policy *policy)
{
	T_BEGIN {
		fields_add(gate, request, items_write(policy),
			   delay_text_find(gate, request, &policy->policy));
	} T_END;
}
