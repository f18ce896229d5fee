/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in gate-handover.h. */

#include "lib.h"
#include "gate-handover.h"
#include "ioloop.h"
#include "str.h"
#include "compat-auth.h"
#include "document-cache.h"
#include "gate.h"
#include "gate-lookup.h"
#include "gate-owner.h"
#include "log-repeat.h"
#include "logged-name.h"
#include "login-state.h"
#include "policy-handover.h"
#include "site-refusal.h"
#include "store-generation.h"
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

/* Returns TRUE if a key was left out by which a session decides. */
static bool lacks_decision(const bool left_out[COEXIST_KEY_COUNT])
{
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (left_out[i] && coexist_key_decides(i))
			return TRUE;
	}
	return FALSE;
}

/* quota-status knows mailboxes as deliveries do. */
static bool is_delivery(const char *service)
{
	static const char *const services[] = {
		"lmtp", "lda", "quota-status", NULL
	};

	return service != NULL && str_array_find(services, service);
}

#define CARRIED COEXIST_HANDOVER_CARRIED(COEXIST_USERDB_FIELD_GATE)

/* Finds what documents say and the session obeys. Returns how many keys that is. */
static unsigned int texts_find(const struct coexist_gate_policy *policy,
			       struct coexist_handover *handover)
{
	unsigned int i, count = 0;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		/* most keys are named by nobody */
		if (policy->policy.entries[i].scope == NULL ||
		    !coexist_handover_takes(handover, i) ||
		    !coexist_gate_policy_hands_over(policy, i))
			continue;
		handover->texts[i] = coexist_policy_text(&policy->policy, i);
		count++;
	}
	return count;
}

/* Returns whose documents name what a session of POP3 is shown by, on the data stack, or
   NULL if none does. */
static const char *
origins_find(const struct coexist_gate_policy *policy,
	     const struct coexist_handover *handover)
{
	string_t *text = t_str_new(64);
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (handover->texts[i] == NULL ||
		    coexist_policy_keys[i].obeyed != COEXIST_OBEYED_MAILDROP)
			continue;
		coexist_handover_origin_add(text, i, coexist_policy_scope_word(
			policy->policy.entries[i].scope - policy->scopes));
	}
	return str_len(text) == 0 ? NULL : str_c(text);
}

/* Returns the day from which on the policy refuses the protocol, on the data stack, or
   NULL if there is none. */
static const char *
until_find(const struct coexist_policy *policy, enum coexist_protocol protocol)
{
	uint64_t until;

	if (protocol == COEXIST_PROTOCOL_OTHER)
		return NULL;
	until = coexist_policy_until(policy, protocol);
	return until == COEXIST_DATE_NONE ? NULL : dec2str(until);
}

/* Finds the generation that the gate decided by, however long that is ago, if it was
   new then: what was looked up since is of a later one, and nobody has decided by
   it. */
static void
generation_find(const struct coexist_login_state *state,
		const struct coexist_gate_policy *policy,
		struct coexist_handover *handover)
{
	uint64_t number = state->passed ? state->generation :
		policy->generation;

	if (number != 0) {
		handover->items[COEXIST_HANDOVER_GENERATION] =
			coexist_store_generation_word(number);
	}
}

/* Finds what a session needs to tell its owner what is left when its protocol has
   ended: it hears of no key by which the gate has decided. */
static void
instead_find(const struct coexist_login_facts *facts,
	     const struct coexist_policy *policy,
	     struct coexist_handover *handover)
{
	const char *instead;
	uint64_t until;

	if (facts->protocol == COEXIST_PROTOCOL_OTHER ||
	    *coexist_policy_text(policy, COEXIST_KEY_until_notice) == '\0')
		return;
	until = coexist_policy_until(policy, facts->protocol);
	if (until == COEXIST_DATE_NONE)
		return;
	instead = coexist_protocol_name(
		coexist_protocol_instead(policy, facts->protocol, until));
	handover->items[COEXIST_HANDOVER_INSTEAD] =
		instead == NULL ? "none" : instead;
}

static bool has_items(const struct coexist_handover *handover)
{
	unsigned int i;

	for (i = 0; i < COEXIST_HANDOVER_ITEM_COUNT; i++) {
		if (handover->items[i] != NULL)
			return TRUE;
	}
	return FALSE;
}

/* Finds all that is handed over to who has sent the request. Returns FALSE if that is
   nothing. */
static bool
handover_find(const struct coexist_login_state *state,
	      const struct coexist_login_facts *facts,
	      const struct coexist_gate_policy *policy, bool gate_decided,
	      struct coexist_handover *handover_r)
{
	const char *service =
		coexist_auth_request_get_protocol(facts->request);
	unsigned int count;

	i_zero(handover_r);
	handover_r->protocol = coexist_protocol_find(service);
	handover_r->is_delivery =
		handover_r->protocol == COEXIST_PROTOCOL_OTHER &&
		is_delivery(service);
	handover_r->gate_decided = gate_decided;
	if (policy->is_partial)
		handover_r->items[COEXIST_HANDOVER_PARTIAL] = "yes";
	if (gate_decided && facts->protocol == COEXIST_PROTOCOL_WEBMAIL)
		handover_r->items[COEXIST_HANDOVER_WEBMAIL] = "yes";
	if (gate_decided && COEXIST_TLS_IS_THE_CONNECTIONS &&
	    facts->protocol != COEXIST_PROTOCOL_OTHER &&
	    coexist_login_is_relayed(facts)) {
		handover_r->items[COEXIST_HANDOVER_TLS] =
			coexist_auth_request_is_tls(facts->request) ?
			"yes" : "no";
	}
	if (gate_decided)
		instead_find(facts, &policy->policy, handover_r);
	if (facts->protocol != COEXIST_PROTOCOL_OTHER)
		generation_find(state, policy, handover_r);
	handover_r->items[COEXIST_HANDOVER_UNTIL] =
		until_find(&policy->policy, facts->protocol);
	handover_r->items[COEXIST_HANDOVER_OWNER] =
		coexist_gate_owner_fixed(facts->gate, policy);
	handover_r->items[COEXIST_HANDOVER_DELAY_TEXT] =
		delay_text_find(facts->gate, handover_r->protocol,
				&policy->policy);
	count = texts_find(policy, handover_r);
	handover_r->no_texts = count == 0;
	if (count > 0 && handover_r->protocol == COEXIST_PROTOCOL_POP3) {
		handover_r->items[COEXIST_HANDOVER_ORIGINS] =
			origins_find(policy, handover_r);
	}
	return count > 0 || has_items(handover_r);
}

/* Appends the hand-over. Returns FALSE if the session can't decide by it. */
static bool
handover_write(struct coexist_gate *gate, const struct auth_request *request,
	       const struct coexist_handover *handover, string_t *dest)
{
	bool left_out[COEXIST_KEY_COUNT];
	size_t size = coexist_handover_write(handover, dest, left_out);

	if (size <= COEXIST_HANDOVER_MAX_SIZE)
		return TRUE;
	log_left_out(gate, request, size, left_out);
	return !lacks_decision(left_out);
}

const char *coexist_gate_handover_word(const struct coexist_login_facts *facts)
{
	if (coexist_login_is_masters(facts))
		return CARRIED COEXIST_USERDB_GATE_EXEMPT;
	return coexist_gate_is_log_only(facts->gate) ?
		CARRIED COEXIST_USERDB_GATE_LOG_ONLY :
		CARRIED COEXIST_USERDB_GATE_PASSED;
}

/* Returns what the session is told of a login that passed, as the carrier says it,
   on the data stack: why, by which generation of the store if that is new, and what
   it obeys. Most are told no more than a word, which lives for ever: then *is_word_r
   is TRUE. What was too long for it, the gate has decided about all the same. */
static const char *
handover_make(const struct coexist_login_state *state,
	      const struct coexist_login_facts *facts,
	      const struct coexist_gate_policy *policy, bool *is_word_r)
{
	const char *word = coexist_gate_handover_word(facts);
	struct coexist_handover handover;
	string_t *carried;

	*is_word_r = !handover_find(state, facts, policy,
				    /*gate_decided=*/TRUE, &handover);
	if (*is_word_r)
		return word;
	carried = t_str_new(256);
	(void)handover_write(facts->gate, facts->request, &handover, carried);
	str_insert(carried, 0, word);
	return str_c(carried);
}

const char *coexist_gate_handover_told(const char *carried)
{
	return carried + strlen(CARRIED);
}

/* Adds a field of ours in the carrier, which must not be one of the userdbs', of
   which more are to come where nobody watches for their end. Else the field has the
   carrier's value from its own on. */
static void
field_set(struct coexist_login_state *state, const char *name,
	  const char *carried, size_t own)
{
	struct auth_request *request = state->request;

	if (state->watch != NULL &&
	    (state->userdb_is_plain ||
	     !auth_fields_exists(request->fields.userdb_reply,
				 COEXIST_HANDOVER_CARRIER))) {
		auth_request_set_userdb_field(request,
			COEXIST_HANDOVER_CARRIER, carried);
	} else {
		auth_request_set_userdb_field(request, name, carried + own);
	}
}

static void
field_add(struct coexist_login_state *state, const char *carried,
	  const char *from)
{
	const char *handover = coexist_gate_handover_told(carried);

	if (state->is_traced) {
		e_debug(authdb_event(state->request), "Hands over to the "
			"session: %s, %zu bytes (%s)",
			coexist_handover_word(handover), strlen(handover), from);
	}
	field_set(state, COEXIST_KEY_PREFIX COEXIST_USERDB_FIELD_GATE,
		  carried, strlen(CARRIED));
}

void coexist_gate_handover_set(struct coexist_login_state *state,
			       const char *carried)
{
	field_set(state, COEXIST_KEY_PREFIX COEXIST_USERDB_FIELD_GATE,
		  carried, strlen(CARRIED));
}

void coexist_gate_handover_keep(struct coexist_login_state *state,
				const struct coexist_gate_policy *policy)
{
	struct coexist_login_handover *kept = &state->handover;
	bool is_word;

	kept->gate = NULL;
	if (policy->store_failed ||
	    policy->scopes[COEXIST_SCOPE_USERDB].get != NULL)
		return;
	T_BEGIN {
		kept->carried = handover_make(state, &state->facts, policy,
					      &is_word);
		if (!is_word) {
			kept->carried = p_strdup(state->request->pool,
						 kept->carried);
		}
	} T_END;
	kept->gate = state->facts.gate;
	kept->time = ioloop_time;
}

bool coexist_gate_handover_add_kept(struct coexist_gate *gate,
				    struct coexist_login_state *state)
{
	const struct coexist_login_handover *kept = &state->handover;

	if (!state->passed || kept->gate != gate ||
	    !coexist_login_is_user(state->request, state->asked_user) ||
	    kept->time < ioloop_time - COEXIST_DOCUMENT_ANSWER_SECS)
		return FALSE;
	T_BEGIN {
		field_add(state, kept->carried, "as the gate left it");
	} T_END;
	return TRUE;
}

void coexist_gate_handover_add_passed(struct coexist_gate *gate,
				      struct coexist_login_state *state,
				      const struct coexist_gate_policy *policy)
{
	struct coexist_login_facts facts;
	bool is_word;

	coexist_login_facts_init(&facts, gate, state->request);
	T_BEGIN {
		field_add(state,
			  handover_make(state, &facts, policy, &is_word),
			  "made anew");
	} T_END;
}

bool coexist_gate_handover_add(struct coexist_gate *gate,
			       struct coexist_login_state *state,
			       const struct coexist_gate_policy *policy)
{
	static const char carried[] =
		COEXIST_HANDOVER_CARRIED(COEXIST_USERDB_FIELD_POLICY);
	struct coexist_login_facts facts;
	struct coexist_handover handover;
	bool ret = TRUE, is_session;

	coexist_login_facts_init(&facts, gate, state->request);
	/* a session that hears of changes, if only that it is one */
	is_session = facts.protocol != COEXIST_PROTOCOL_OTHER;
	T_BEGIN {
		string_t *text = t_str_new(256);

		if (handover_find(state, &facts, policy,
				  /*gate_decided=*/FALSE, &handover)) {
			ret = handover_write(gate, state->request, &handover,
					     text);
		}
		e_debug(authdb_event(state->request), "Hands over %zu bytes of "
			"policy to a session that decides itself%s",
			str_len(text), ret ? "" :
			", which it can't by what there is room for");
		if (ret && (is_session || str_len(text) > 0)) {
			str_insert(text, 0, carried);
			field_set(state,
				  COEXIST_KEY_PREFIX COEXIST_USERDB_FIELD_POLICY,
				  str_c(text), strlen(carried));
		}
	} T_END;
	return ret;
}
