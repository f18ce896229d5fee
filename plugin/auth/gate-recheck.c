/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in gate-recheck.h. */

#include "lib.h"
#include "gate-recheck.h"
#include "ioloop.h"
#include "str.h"
#include "coexist/day.h"
#include "compat-auth.h"
#include "document-reader.h"
#include "gate.h"
#include "gate-handover.h"
#include "gate-lookup.h"
#include "gate-refusal.h"
#include "log-repeat.h"
#include "login-facts.h"
#include "lost-documents.h"
#include "policy-handover.h"
#include "policy-scopes.h"
#include "recheck-query.h"
#include "site-refusal.h"

bool coexist_gate_is_recheck(struct coexist_gate *gate,
			     struct auth_request *request)
{
	struct coexist_login_facts facts;

	coexist_login_facts_init(&facts, gate, request);
	/* of what has no logins nobody asks, and a delivery is handed its policy */
	return facts.recheck != NULL &&
		facts.protocol != COEXIST_PROTOCOL_OTHER;
}

/* The brake. Nobody has said that something changed, so what looks like a denial may be
   the loss of what had lifted it. */

/* The documents of a policy, as sessions keep them for the next time:
   <mailbox>/<domain>/<default>, the word of each (lost-documents.h). */
static const enum coexist_policy_scope seen_scopes[] = {
	COEXIST_SCOPE_MAILBOX, COEXIST_SCOPE_DOMAIN, COEXIST_SCOPE_DEFAULT
};

static const char *documents_word(const struct coexist_gate_policy *policy)
{
	string_t *str = t_str_new(64);
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(seen_scopes); i++) {
		if (i > 0)
			str_append_c(str, '/');
		str_append(str, coexist_document_word(
			policy->documents[seen_scopes[i]]));
	}
	return str_c(str);
}

/* Returns the text of a word name=<text>, or NULL. */
static const char *
word_text(const struct coexist_login_facts *facts, const char *name)
{
	const char *const *word;

	for (word = facts->recheck; *word != NULL; word++) {
		if (strncmp(*word, name, strlen(name)) == 0)
			return *word + strlen(name);
	}
	return NULL;
}

/* Returns the documents that there were when the session began, as far as auth knows
   of losses since, for one that has not heard of any yet. */
static const char *
documents_before(const struct coexist_login_facts *facts,
		 const struct coexist_gate_policy *policy)
{
	const char *user = facts->request->fields.user;
	const char *domain = coexist_policy_scope_domain(user);
	const char *age = word_text(facts, COEXIST_RECHECK_AGE);
	string_t *str = t_str_new(64);
	const char *key, *word;
	uint32_t seconds;
	unsigned int i;

	if (age == NULL || str_to_uint32(age, &seconds) < 0)
		return NULL;
	for (i = 0; i < N_ELEMENTS(seen_scopes); i++) {
		key = coexist_policy_scope_key(seen_scopes[i], user, domain);
		word = key == NULL ? NULL : coexist_document_reader_find_lost(
			facts->gate->reader, key, (time_t)seconds);
		if (i > 0)
			str_append_c(str, '/');
		str_append(str, word != NULL ? word : coexist_document_word(
			policy->documents[seen_scopes[i]]));
	}
	return str_c(str);
}

/* Returns what was seen before, or NULL. */
static const char *
documents_seen(const struct coexist_login_facts *facts,
	       const struct coexist_gate_policy *policy)
{
	const char *seen = word_text(facts, COEXIST_RECHECK_SEEN);

	return seen != NULL ? seen : documents_before(facts, policy);
}

/* Returns what is wrong with a document that was seen so before, or NULL. */
static const char *
document_suspect(enum coexist_policy_scope scope, const char *before,
		 const char *now)
{
	/* a mailbox that is its own again is nothing for a brake */
	if (coexist_document_has_gone(before, now))
		return coexist_policy_scope_is_personal(scope) ? NULL :
			"is not there any more";
	return coexist_document_is_older(before, now) ? "is an older one" : NULL;
}

/* Returns TRUE if the date would not have come yet, had nobody set the clock. */
static bool has_come_by_clock(const struct coexist_login_facts *facts,
			      const struct coexist_gate_policy *policy)
{
	const char *text = word_text(facts, COEXIST_RECHECK_CLOCK);
	int64_t seconds;

	return text != NULL && str_to_int64(text, &seconds) == 0 &&
		seconds > 0 && seconds < ioloop_time &&
		coexist_policy_until(&policy->policy, facts->protocol) >
		coexist_day(ioloop_time - (time_t)seconds);
}

/* Returns why the refusal is not believed, or NULL. */
static const char *
brake_reason(const struct coexist_login_facts *facts,
	     const struct coexist_gate_policy *policy,
	     const struct coexist_decision *decision)
{
	const char *seen, *wrong;
	const char *const *words;
	unsigned int i;

	if (!coexist_login_recheck_says(facts, COEXIST_RECHECK_TIMED))
		return NULL;
	if (decision->refusal == COEXIST_REFUSAL_UNTIL &&
	    has_come_by_clock(facts, policy))
		return "the clock of this host was set";
	seen = documents_seen(facts, policy);
	words = seen == NULL ? NULL : t_strsplit(seen, "/");
	if (words == NULL || str_array_length(words) != N_ELEMENTS(seen_scopes))
		return NULL;
	for (i = 0; i < N_ELEMENTS(seen_scopes); i++) {
		wrong = document_suspect(seen_scopes[i], words[i],
			coexist_document_word(policy->documents[seen_scopes[i]]));
		if (wrong != NULL) {
			return t_strdup_printf("%s %s",
				coexist_policy_scope_name(seen_scopes[i]),
				wrong);
		}
	}
	return NULL;
}

static void
log_brake(const struct coexist_login_facts *facts, const char *why,
	  const char *reason)
{
	const char *line = t_strdup_printf("coexist: Sessions go on that the "
		"policy forbids (%s), because %s. If that is meant: doveadm "
		"coexist kick --all --if-refused", why, reason);

	if (coexist_log_repeat_may(facts->gate->log, line))
		e_warning(facts->gate->event, "%s", line);
}

/* Finds why the session has to end, if it has to. Returns FALSE if the documents are
   not to be believed. */
static bool
refusal_find(const struct coexist_login_facts *facts,
	     const struct coexist_gate_policy *policy,
	     struct coexist_handover *handover)
{
	struct coexist_decision decision;
	struct coexist_refusal_cause cause;
	const char *reason;

	if (coexist_login_is_exempt(facts) || policy->store_failed)
		return !policy->store_failed;
	coexist_login_decide(facts, &policy->policy, &decision);
	if (decision.refusal == COEXIST_REFUSAL_NONE)
		return TRUE;
	coexist_refusal_cause_key(&policy->policy, decision.key, &cause);
	reason = brake_reason(facts, policy, &decision);
	if (reason != NULL) {
		log_brake(facts, cause.log, reason);
		return FALSE;
	}
	if (coexist_gate_is_log_only(facts->gate)) {
		coexist_gate_refusal_log(facts, &cause, /*log_only=*/TRUE);
		return TRUE;
	}
	handover->items[COEXIST_HANDOVER_REFUSED_BY] = cause.log;
	handover->items[COEXIST_HANDOVER_REFUSAL] =
		coexist_site_refusal(facts->gate->texts, &policy->policy,
				     facts->protocol, /*relayed=*/FALSE,
				     &decision);
	return TRUE;
}

/* The userdb's own fields are nobody's business here, but for the uid: Dovecot gives the
   answer to a process of that uid alone. Where the userdb has none, because dovecot.conf
   says it, the asker is believed. */
static void
reply_begin(const struct coexist_login_facts *facts)
{
	struct auth_fields *reply = facts->request->fields.userdb_reply;
	const char *uid = t_strdup(auth_fields_find(reply, "uid"));

	if (uid == NULL)
		uid = word_text(facts, COEXIST_RECHECK_UID);
	auth_fields_reset(reply);
	if (uid != NULL)
		auth_fields_add(reply, "uid", uid, 0);
}

static void
answer(struct coexist_login_state *state,
       const struct coexist_login_facts *facts,
       const struct coexist_gate_policy *policy)
{
	struct coexist_handover handover = {
		.protocol = facts->protocol,
		.gate_decided = TRUE
	};
	bool left_out[COEXIST_KEY_COUNT];
	string_t *str = t_str_new(256);
	uint64_t until = coexist_policy_until(&policy->policy, facts->protocol);

	if (until != COEXIST_DATE_NONE)
		handover.items[COEXIST_HANDOVER_UNTIL] = dec2str(until);
	/* what is not believed is compared with the same the next time */
	handover.items[COEXIST_HANDOVER_DOCUMENTS] =
		refusal_find(facts, policy, &handover) ?
		documents_word(policy) :
		documents_seen(facts, policy);
	str_append(str, coexist_gate_handover_word(facts));
	(void)coexist_handover_write(&handover, str, left_out);
	reply_begin(facts);
	coexist_gate_handover_set(state, str_c(str));
	e_debug(authdb_event(facts->request), "Recheck of a session: %s",
		coexist_gate_handover_told(str_c(str)));
}

void coexist_gate_recheck_answer(struct coexist_gate *gate,
				 struct coexist_login_state *state,
				 const struct coexist_gate_policy *policy)
{
	struct coexist_login_facts facts;

	coexist_login_facts_init(&facts, gate, state->request);
	T_BEGIN {
		answer(state, &facts, policy);
	} T_END;
}
