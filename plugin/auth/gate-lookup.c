/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in gate-lookup.h. */

#include "lib.h"
#include "gate-lookup.h"
#include "lib-event.h"
#include "str.h"
#include "compat-auth.h"
#include "document-reader.h"
#include "gate.h"
#include "log-repeat.h"
#include "policy-document-texts.h"
#include "site-policy.h"
#include "store-presence.h"

struct gate_lookup;

/* A scope's document in a lookup. */
struct gate_document {
	struct gate_lookup *lookup;
	struct coexist_document_texts *document;
	/* what is there has a signature, and its key can't be read */
	struct coexist_document_texts *unproved;
	/* the store has none, if it is there at all */
	bool is_absent;
	/* only then is that remembered */
	struct coexist_document_read *read;
};

struct gate_lookup {
	struct coexist_gate *gate;
	struct event *event;
	const char *user;
	const char *const *userdb_texts, *const *site_texts;
	enum coexist_gate_lookup_flags flags;
	coexist_gate_callback_t *callback;
	void *context;

	unsigned int pending;
	struct gate_document documents[COEXIST_SCOPE_COUNT];
	bool has_unproved;
	/* the store has a document of this user */
	bool has_mailbox;
	/* one of those that were not found was there before */
	bool has_lost;
	enum coexist_store_marker marker;
	/* what the policy will say of how it was read */
	bool store_failed, is_partial;
	uint64_t generation;
};

bool coexist_gate_policy_hands_over(const struct coexist_gate_policy *policy,
				    enum coexist_key key)
{
	const struct coexist_scope *scope = policy->policy.entries[key].scope;

	return scope != NULL &&
		coexist_policy_scope_has_document(scope - policy->scopes);
}

/* The policy of what was read */

struct policy_context {
	struct gate_lookup *lookup;
	const struct coexist_gate_policy *policy;
};

static void
log_unknown_value(void *context, const struct coexist_scope *scope,
		  enum coexist_key key, const char *text)
{
	const struct policy_context *ctx = context;
	struct gate_lookup *lookup = ctx->lookup;
	const char *line, *user;

	/* the same words are the same mistake in a scope of many users only */
	user = coexist_policy_scope_is_personal(scope - ctx->policy->scopes) ?
		lookup->user : "";
	line = coexist_unknown_value_describe(scope->name, key, text);
	if (coexist_log_repeat_may(lookup->gate->log,
				   t_strconcat(line, " ", user, NULL)))
		e_warning(lookup->event, "%s", line);
}

/* with_unproved: documents count whose signature nobody can tell true from
   false. */
static void
policy_make(struct gate_lookup *lookup, bool with_unproved,
	    struct coexist_gate_policy *policy)
{
	struct coexist_document_texts *documents[COEXIST_SCOPE_COUNT];
	struct policy_context context = {
		.lookup = lookup,
		.policy = policy
	};
	unsigned int i;

	for (i = 0; i < COEXIST_SCOPE_COUNT; i++) {
		documents[i] = lookup->documents[i].document;
		if (documents[i] == NULL && with_unproved)
			documents[i] = lookup->documents[i].unproved;
	}
	coexist_policy_scopes_init(documents, lookup->userdb_texts,
				   lookup->site_texts, policy->scopes);
	coexist_policy_merge(policy->scopes, COEXIST_SCOPE_COUNT,
			     log_unknown_value, &context, &policy->policy);
}

static bool scope_says_anything(const struct coexist_scope *scope)
{
	const char *text;
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		text = coexist_scope_get(scope, i);
		if (text != NULL && *text != '\0')
			return TRUE;
	}
	return FALSE;
}

/* Tells which scopes say anything, and never what. */
static void
policy_log(const struct gate_lookup *lookup,
	   const struct coexist_gate_policy *policy)
{
	string_t *words = t_str_new(64);
	unsigned int i;

	for (i = 0; i < COEXIST_SCOPE_COUNT; i++) {
		if (scope_says_anything(&policy->scopes[i]))
			str_printfa(words, " %s", coexist_policy_scope_word(i));
	}
	e_debug(lookup->event, "The policy is made of:%s%s",
		str_len(words) == 0 ? " nothing" : str_c(words),
		!policy->store_failed ? "" : policy->is_partial ?
		" (the store failed, nothing is known of a document)" :
		" (the store failed, what it had last is known)");
}

static void lookup_free(struct gate_lookup *lookup)
{
	unsigned int i;

	for (i = 0; i < COEXIST_SCOPE_COUNT; i++) {
		coexist_document_texts_unref(lookup->documents[i].document);
		coexist_document_texts_unref(lookup->documents[i].unproved);
	}
	event_unref(&lookup->event);
	i_free(lookup);
}

/* The policy is made on the stack: it is much larger than all that has to wait for
   the store, and is gone when it is told. */
static void lookup_finish(struct gate_lookup *lookup)
{
	struct coexist_gate_policy policy, unproved;
	unsigned int i;

	policy.store_failed = lookup->store_failed;
	policy.is_partial = lookup->is_partial;
	policy.unproved = NULL;
	policy.generation = lookup->generation;
	for (i = 0; i < COEXIST_SCOPE_COUNT; i++)
		policy.documents[i] = lookup->documents[i].document;
	T_BEGIN {
		policy_make(lookup, /*with_unproved=*/FALSE, &policy);
		if (lookup->has_unproved) {
			i_zero(&unproved);
			policy_make(lookup, /*with_unproved=*/TRUE, &unproved);
			policy.unproved = &unproved;
		}
		if ((lookup->flags & COEXIST_GATE_LOOKUP_TRACED) != 0)
			policy_log(lookup, &policy);
	} T_END;
	lookup->callback(&policy, lookup->context);
	lookup_free(lookup);
}

/* Reading */

/* Takes what is known of a document that can't be read. */
static void
document_take_last(struct gate_document *document,
		   const struct coexist_document_answer *answer)
{
	struct gate_lookup *lookup = document->lookup;

	lookup->store_failed = TRUE;
	if (answer->is_unknown)
		lookup->is_partial = TRUE;
	else if (answer->document != NULL)
		document->document = coexist_document_texts_ref(answer->document);
	if (answer->unproved != NULL) {
		document->unproved = coexist_document_texts_ref(answer->unproved);
		lookup->has_unproved = TRUE;
	}
}

/* All have answered: remembers which documents are not there, or takes what was
   known of them. */
static void lookup_settle(struct gate_lookup *lookup)
{
	bool known = coexist_store_presence_judge(lookup->gate->presence,
						  lookup->event, lookup->marker,
						  lookup->has_lost);
	struct coexist_document_answer answer;
	unsigned int i;

	if (!known)
		lookup->store_failed = TRUE;
	for (i = 0; i < COEXIST_SCOPE_COUNT; i++) {
		struct gate_document *document = &lookup->documents[i];

		if (document->read == NULL)
			continue;
		if (known) {
			coexist_document_read_absent(&document->read);
		} else {
			coexist_document_read_last_known(&document->read,
							 &answer);
			document_take_last(document, &answer);
		}
	}
}

/* Where the mailbox's document is found, the store is there. */
static bool lookup_needs_marker(const struct gate_lookup *lookup)
{
	unsigned int i;

	if (lookup->marker != COEXIST_STORE_MARKER_NOT_ASKED ||
	    lookup->has_mailbox)
		return FALSE;
	for (i = 0; i < COEXIST_SCOPE_COUNT; i++) {
		if (lookup->documents[i].is_absent)
			return TRUE;
	}
	return FALSE;
}

static bool has_lost(const struct gate_lookup *lookup)
{
	unsigned int i;

	for (i = 0; i < COEXIST_SCOPE_COUNT; i++) {
		const struct gate_document *document = &lookup->documents[i];

		if (document->read != NULL &&
		    coexist_document_read_was_there(document->read))
			return TRUE;
	}
	return FALSE;
}

static void lookup_unref(struct gate_lookup *lookup);

static void
marker_answer(const struct coexist_document_answer *answer, void *context)
{
	struct gate_lookup *lookup = context;

	switch (answer->outcome) {
	case COEXIST_DOCUMENT_THERE:
		lookup->marker = COEXIST_STORE_MARKER_FOUND;
		break;
	case COEXIST_DOCUMENT_ABSENT:
	case COEXIST_DOCUMENT_NOT_FOUND:
		lookup->marker = COEXIST_STORE_MARKER_MISSING;
		break;
	case COEXIST_DOCUMENT_FAILED:
		lookup->marker = COEXIST_STORE_MARKER_FAILED;
		lookup->store_failed = TRUE;
		break;
	}
	lookup_unref(lookup);
}

static void marker_ask(struct gate_lookup *lookup)
{
	enum coexist_document_read_flags flags = COEXIST_DOCUMENT_READ_MARKER;

	lookup->has_lost = has_lost(lookup);
	/* it may have gone together with the document */
	if (!lookup->has_lost)
		flags |= COEXIST_DOCUMENT_READ_MAY_BE_OLD;
	if ((lookup->flags & COEXIST_GATE_LOOKUP_TRACED) != 0)
		flags |= COEXIST_DOCUMENT_READ_TRACED;
	lookup->pending++;
	coexist_document_reader_ask(lookup->gate->reader, lookup->event,
				    COEXIST_STORE_KEY_MARKER, flags,
				    marker_answer, lookup);
}

static void lookup_unref(struct gate_lookup *lookup)
{
	i_assert(lookup->pending > 0);
	if (--lookup->pending > 0)
		return;
	if (lookup_needs_marker(lookup)) {
		marker_ask(lookup);
		return;
	}
	lookup_settle(lookup);
	lookup_finish(lookup);
}

static void
document_answer(const struct coexist_document_answer *answer, void *context)
{
	struct gate_document *document = context;
	struct gate_lookup *lookup = document->lookup;

	switch (answer->outcome) {
	case COEXIST_DOCUMENT_THERE:
		document->document = coexist_document_texts_ref(answer->document);
		if (document == &lookup->documents[COEXIST_SCOPE_MAILBOX])
			lookup->has_mailbox = TRUE;
		break;
	case COEXIST_DOCUMENT_ABSENT:
	case COEXIST_DOCUMENT_NOT_FOUND:
		document->is_absent = TRUE;
		document->read = answer->read;
		break;
	case COEXIST_DOCUMENT_FAILED:
		document_take_last(document, answer);
		break;
	}
	lookup_unref(lookup);
}

static void
document_ask(struct gate_lookup *lookup, enum coexist_policy_scope scope,
	     const char *domain)
{
	const char *key = coexist_policy_scope_key(scope, lookup->user, domain);
	struct gate_document *document = &lookup->documents[scope];
	enum coexist_document_read_flags flags = 0;

	document->lookup = lookup;
	if (key == NULL)
		return;
	/* the others are the same for many logins */
	if ((lookup->flags & COEXIST_GATE_LOOKUP_AGAIN) != 0 ||
	    !coexist_policy_scope_is_personal(scope))
		flags |= COEXIST_DOCUMENT_READ_MAY_BE_OLD;
	if ((lookup->flags & COEXIST_GATE_LOOKUP_TRACED) != 0)
		flags |= COEXIST_DOCUMENT_READ_TRACED;
	lookup->pending++;
	coexist_document_reader_ask(lookup->gate->reader, lookup->event, key,
				    flags, document_answer, document);
}

void coexist_gate_lookup(struct coexist_gate *gate, struct event *event,
			 const struct auth_request *request,
			 const char *const *userdb_texts,
			 enum coexist_gate_lookup_flags flags,
			 coexist_gate_callback_t *callback, void *context)
{
	const char *user = request->fields.user;
	const char *domain = coexist_policy_scope_domain(user);
	struct gate_lookup *lookup;
	unsigned int i;

	coexist_document_reader_refresh(gate->reader);
	lookup = i_new(struct gate_lookup, 1);
	lookup->generation =
		coexist_document_reader_get_new_generation(gate->reader);
	lookup->gate = gate;
	lookup->event = event;
	event_ref(event);
	lookup->user = user;
	lookup->userdb_texts = userdb_texts;
	lookup->site_texts = coexist_site_policy_get(gate->site_policy, request);
	lookup->flags = flags;
	lookup->callback = callback;
	lookup->context = context;

	/* answers may come at once: nothing is finished before all are asked */
	lookup->pending = 1;
	T_BEGIN {
		/* the widest first */
		for (i = COEXIST_SCOPE_COUNT; i > 0; i--)
			document_ask(lookup, i - 1, domain);
	} T_END;
	lookup_unref(lookup);
}
