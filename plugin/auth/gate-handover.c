/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in gate-handover.h. */

#include "lib.h"
#include "gate-handover.h"
#include "ioloop.h"
#include "str.h"
#include "document-cache.h"
#include "gate.h"
#include "gate-lookup.h"
#include "log-repeat.h"
#include "logged-name.h"
#include "login-state.h"
#include "policy-handover.h"
#include "site-refusal.h"
#include "userdb-fields.h"

/* Returns what the session says to who comes back too early, on the data stack,
   or NULL. Only the mailbox knows when it was used last. */
static const char *
delay_text_find(struct coexist_gate *gate, enum coexist_protocol protocol,
		const struct coexist_policy *policy)
{
	if (coexist_policy_number(policy, COEXIST_KEY_pop3_login_delay) == 0 ||
	    protocol != COEXIST_PROTOCOL_POP3)
		return NULL;
	return coexist_site_login_delay_text(gate->texts, policy);
}

/* Not with the request's event, which drops warnings unless auth_verbose is
   set. */
static void
log_left_out(struct coexist_gate *gate, const struct auth_request *request,
	     size_t size, const bool left_out[COEXIST_KEY_COUNT])
{
	const char *line = t_strdup_printf("coexist: The policy of user=<%s> "
		"for service %s takes %zu bytes, and at most %u are handed "
		"over: it is obeyed without %s (doveadm coexist policy check "
		"names the documents)", coexist_logged_name(request->fields.user),
		coexist_auth_request_get_protocol(request), size,
		COEXIST_HANDOVER_MAX_SIZE, coexist_handover_left_out(left_out));

	if (coexist_log_repeat_may(gate->log, line))
		e_warning(gate->event, "%s", line);
}

/* Returns TRUE if something was left out: any key, or one by which a session
   decides. */
static bool
is_left_out(const bool left_out[COEXIST_KEY_COUNT], bool must_decide)
{
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (left_out[i] && (!must_decide || coexist_key_decides(i)))
			return TRUE;
	}
	return FALSE;
}

/* Appends the hand-over for who has sent the request. Returns FALSE if the session
   can't decide by it. */
static bool
handover_write(struct coexist_gate *gate, struct auth_request *request,
	       const struct coexist_gate_policy *policy, bool gate_decided,
	       string_t *dest)
{
	struct coexist_handover handover = {
		.protocol = coexist_protocol_find(
			coexist_auth_request_get_protocol(request)),
		.gate_decided = gate_decided,
		.items[COEXIST_HANDOVER_PARTIAL] =
			policy->is_partial ? "yes" : NULL
	};
	bool left_out[COEXIST_KEY_COUNT];
	unsigned int i;
	size_t size;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (coexist_gate_policy_hands_over(policy, i)) {
			handover.texts[i] =
				coexist_policy_text(&policy->policy, i);
		}
	}
	handover.items[COEXIST_HANDOVER_DELAY_TEXT] =
		delay_text_find(gate, handover.protocol, &policy->policy);
	size = coexist_handover_write(&handover, dest, left_out);
	if (!is_left_out(left_out, /*must_decide=*/FALSE))
		return TRUE;
	log_left_out(gate, request, size, left_out);
	return !is_left_out(left_out, /*must_decide=*/TRUE);
}

/* Returns what the session obeys, on the data stack. What was too long for it,
   the gate has decided about all the same. */
static const char *
handover_make(struct coexist_gate *gate, struct auth_request *request,
	      const struct coexist_gate_policy *policy)
{
	string_t *handover = t_str_new(256);

	(void)handover_write(gate, request, policy, /*gate_decided=*/TRUE,
			     handover);
	return str_c(handover);
}

/* Returns why the gate let the login pass. */
static const char *
word_find(struct coexist_gate *gate, struct auth_request *request)
{
	if (request->fields.master_user != NULL &&
	    coexist_site_number(&gate->config, COEXIST_SITE_master_bypass) != 0)
		return COEXIST_USERDB_GATE_EXEMPT;
	return coexist_gate_is_log_only(gate) ? COEXIST_USERDB_GATE_LOG_ONLY :
		COEXIST_USERDB_GATE_PASSED;
}

static void
field_add(struct coexist_gate *gate, struct auth_request *request,
	  const char *handover, const char *from)
{
	const char *word = word_find(gate, request);

	e_debug(authdb_event(request), "Hands over to the session: %s, %zu "
		"bytes of policy (%s)", word, strlen(handover), from);
	auth_request_set_userdb_field(request,
		COEXIST_KEY_PREFIX COEXIST_USERDB_FIELD_GATE,
		t_strconcat(word, handover, NULL));
}

void coexist_gate_handover_keep(struct coexist_gate *gate,
				struct auth_request *request,
				const struct coexist_gate_policy *policy)
{
	struct coexist_login_handover *kept =
		&coexist_login_state_get(request)->handover;

	kept->gate = NULL;
	if (policy->store_failed ||
	    policy->scopes[COEXIST_SCOPE_USERDB].get != NULL)
		return;
	T_BEGIN {
		kept->text = p_strdup(request->pool,
				      handover_make(gate, request, policy));
	} T_END;
	kept->gate = gate;
	kept->user = request->fields.user;
	kept->time = ioloop_time;
}

bool coexist_gate_handover_add_kept(struct coexist_gate *gate,
				    struct auth_request *request)
{
	const struct coexist_login_state *state =
		coexist_login_state_get(request);
	const struct coexist_login_handover *kept = &state->handover;

	if (!state->passed || kept->gate != gate ||
	    !coexist_login_is_user(request, kept->user) ||
	    kept->time < ioloop_time - COEXIST_DOCUMENT_ANSWER_SECS)
		return FALSE;
	T_BEGIN {
		field_add(gate, request, kept->text, "as the gate left it");
	} T_END;
	return TRUE;
}

void coexist_gate_handover_add_passed(struct coexist_gate *gate,
				      struct auth_request *request,
				      const struct coexist_gate_policy *policy)
{
	T_BEGIN {
		field_add(gate, request, handover_make(gate, request, policy),
			  "made anew");
	} T_END;
}

bool coexist_gate_handover_add(struct coexist_gate *gate,
			       struct auth_request *request,
			       const struct coexist_gate_policy *policy)
{
	bool ret;

	T_BEGIN {
		string_t *handover = t_str_new(256);

		ret = handover_write(gate, request, policy,
				     /*gate_decided=*/FALSE, handover);
		e_debug(authdb_event(request), "Hands over %zu bytes of policy "
			"to a session that decides itself%s", str_len(handover),
			ret ? "" : ", which it can't by what there is room for");
		if (ret && str_len(handover) > 0) {
			auth_request_set_userdb_field(request,
				COEXIST_KEY_PREFIX COEXIST_USERDB_FIELD_POLICY,
				str_c(handover));
		}
	} T_END;
	return ret;
}
