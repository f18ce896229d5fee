/* See the contract in gate-lookup.h. */

#include "lib.h"
#include "gate-lookup.h"
#include "ioloop.h"
#include "lib-event.h"
#include "llist.h"
#include "str-sanitize.h"
#include "time-util.h"
#include "document-cache.h"
#include "document-file.h"
#include "gate.h"
#include "gate-keyring.h"
#include "logged-value.h"
#include "log-repeat.h"
#include "policy-document.h"
#include "policy-store.h"
#include "store-seen.h"

#define LOGGED_TEXT_LENGTH 1024
/* A store that answers takes milliseconds, but the dict process waits a minute
   for a database that is away. */
#define LOOKUP_TIMEOUT_SECS 3
/* Then nobody asks it for a while, unless it answers after all. Nor after a
   failure that took long: a driver's own timeout, and Redis' driver lets the
   whole process wait for it. */
#define SILENCE_SECS 5
#define SLOW_FAILURE_USECS (400 * 1000)

/* No scope, but looked up as they are: the store's marker. */
#define SCOPE_MARKER COEXIST_GATE_SCOPE_COUNT

/* What is known of the marker. */
enum gate_marker {
	GATE_MARKER_NOT_ASKED,
	GATE_MARKER_FOUND,
	GATE_MARKER_MISSING,
	/* that could not be told */
	GATE_MARKER_FAILED
};

struct gate_lookup {
	struct coexist_gate *gate;
	struct event *event;
	char *user;
	unsigned int pending;
	bool asked_before;
	struct coexist_gate_policy result;
	const char *const *userdb_texts;

	/* by scope; USERDB and SITE have none */
	struct coexist_document *documents[COEXIST_GATE_SCOPE_COUNT];
	/* what is there has a signature, and its key can't be read */
	struct coexist_document *unproved[COEXIST_GATE_SCOPE_COUNT];
	bool has_unproved;
	bool has_mailbox;
	/* the store has no such document, if it is there at all: only then is
	   the answer remembered */
	bool is_absent[COEXIST_GATE_SCOPE_COUNT];
	struct gate_document_lookup *absent[COEXIST_GATE_SCOPE_COUNT];
	/* one of these was there before */
	bool has_lost;
	enum gate_marker marker;

	coexist_gate_callback_t *callback;
	void *context;
};

/* One of the lookups for a policy. It lives until the store answers, also when
   nobody waits for that any more. */
struct gate_document_lookup {
	struct gate_document_lookup *prev, *next;

	struct coexist_gate *gate;
	/* NULL if it does not wait any more */
	struct gate_lookup *lookup;
	struct timeout *to;
	uint64_t asked;		/* microseconds */
	/* enum coexist_gate_scope, or SCOPE_MARKER */
	unsigned int scope;
	char *key;
	/* the document's file before it was read */
	bool has_stamp;
	struct coexist_document_stamp stamp;
};

bool coexist_gate_policy_hands_over(const struct coexist_gate_policy *policy,
				    enum coexist_key key)
{
	const struct coexist_scope *scope = policy->policy.entries[key].scope;

	return scope != NULL &&
		scope != &policy->scopes[COEXIST_GATE_SCOPE_SITE] &&
		scope != &policy->scopes[COEXIST_GATE_SCOPE_USERDB];
}

static const char *userdb_get(void *context, enum coexist_key key)
{
	const char *const *texts = context;

	return texts[key];
}

static const char *site_get(void *context, enum coexist_key key)
{
	const struct coexist_gate *gate = context;

	return gate->config.policy_texts[key];
}

static void
log_unknown_value(void *context, const struct coexist_scope *scope,
		  enum coexist_key key, const char *text)
{
	struct gate_lookup *lookup = context;
	const char *line, *user;

	/* the same words are the same mistake in a scope of many users only */
	user = scope == &lookup->result.scopes[COEXIST_GATE_SCOPE_MAILBOX] ||
		scope == &lookup->result.scopes[COEXIST_GATE_SCOPE_USERDB] ?
		lookup->user : "";
	line = t_strdup_printf("Ignoring unknown value in %s: %s=%s",
			       scope->name, coexist_policy_keys[key].name,
			       coexist_logged_value(text));
	if (coexist_log_repeat_may(lookup->gate->log,
				   t_strconcat(line, " ", user, NULL)))
		e_warning(lookup->event, "%s", line);
}

static void
scopes_init(struct gate_lookup *lookup,
	    struct coexist_document *const *documents,
	    struct coexist_scope *scopes)
{
	static const char *const names[COEXIST_GATE_SCOPE_COUNT] = {
		[COEXIST_GATE_SCOPE_MAILBOX] = "the mailbox's document",
		[COEXIST_GATE_SCOPE_USERDB] = "userdb",
		[COEXIST_GATE_SCOPE_DOMAIN] = "the domain's document",
		[COEXIST_GATE_SCOPE_DEFAULT] = "the default document",
		[COEXIST_GATE_SCOPE_SITE] = "dovecot.conf"
	};
	unsigned int i;

	for (i = 0; i < COEXIST_GATE_SCOPE_COUNT; i++) {
		coexist_document_init_scope(documents[i], names[i],
					    &scopes[i]);
	}
	scopes[COEXIST_GATE_SCOPE_USERDB].get =
		lookup->userdb_texts == NULL ? NULL : userdb_get;
	scopes[COEXIST_GATE_SCOPE_USERDB].context =
		(void *)lookup->userdb_texts;
	scopes[COEXIST_GATE_SCOPE_SITE].get = site_get;
	scopes[COEXIST_GATE_SCOPE_SITE].context = lookup->gate;
}

static void
policy_make(struct gate_lookup *lookup,
	    struct coexist_document *const *documents,
	    struct coexist_gate_policy *policy)
{
	scopes_init(lookup, documents, policy->scopes);
	coexist_policy_merge(policy->scopes, COEXIST_GATE_SCOPE_COUNT,
			     log_unknown_value, lookup, &policy->policy);
}

static void
policy_make_unproved(struct gate_lookup *lookup,
		     struct coexist_gate_policy *policy)
{
	struct coexist_document *documents[COEXIST_GATE_SCOPE_COUNT];
	unsigned int i;

	for (i = 0; i < COEXIST_GATE_SCOPE_COUNT; i++) {
		documents[i] = lookup->documents[i] != NULL ?
			lookup->documents[i] : lookup->unproved[i];
	}
	policy_make(lookup, documents, policy);
	lookup->result.unproved = policy;
}

static void lookup_finish(struct gate_lookup *lookup)
{
	struct coexist_gate_policy unproved;
	unsigned int i;

	T_BEGIN {
		policy_make(lookup, lookup->documents, &lookup->result);
		i_zero(&unproved);
		if (lookup->has_unproved)
			policy_make_unproved(lookup, &unproved);
	} T_END;
	lookup->callback(&lookup->result, lookup->context);

	for (i = 0; i < COEXIST_GATE_SCOPE_COUNT; i++) {
		coexist_document_unref(lookup->documents[i]);
		coexist_document_unref(lookup->unproved[i]);
	}
	event_unref(&lookup->event);
	i_free(lookup->user);
	i_free(lookup);
}

/* The store has this document, or none if it is NULL. */
static void
lookup_set_document(struct gate_lookup *lookup, unsigned int scope,
		    struct coexist_document *document)
{
	if (scope == SCOPE_MARKER) {
		lookup->marker = document != NULL ? GATE_MARKER_FOUND :
			GATE_MARKER_MISSING;
		return;
	}
	lookup->is_absent[scope] = document == NULL;
	if (document == NULL)
		return;
	if (scope == COEXIST_GATE_SCOPE_MAILBOX)
		lookup->has_mailbox = TRUE;
	lookup->documents[scope] = coexist_document_ref(document);
}

/* The event of a login is of no use after it: its prefix is made of the request
   then. */
static struct event *log_event(const struct gate_document_lookup *dlookup)
{
	return dlookup->lookup != NULL ? dlookup->lookup->event :
		dlookup->gate->event;
}

/* Keys have the names of users, which are whatever auth_username_chars lets
   clients write. */
static const char *logged(const char *text)
{
	return str_sanitize_utf8(text, LOGGED_TEXT_LENGTH);
}

/* Takes what was known of the document last. */
static void take_last_known(struct gate_document_lookup *dlookup)
{
	struct gate_lookup *lookup = dlookup->lookup;
	struct coexist_document *document;

	lookup->result.store_failed = TRUE;
	if (dlookup->scope == SCOPE_MARKER)
		return;
	if (!coexist_document_cache_get(dlookup->gate->last_known, dlookup->key,
					/*since=*/0, &document)) {
		lookup->result.is_partial = TRUE;
	} else if (document != NULL) {
		lookup->documents[dlookup->scope] =
			coexist_document_ref(document);
	}
}

static void
lookup_failed(struct gate_document_lookup *dlookup, const char *error)
{
	if (coexist_log_repeat_may(dlookup->gate->log, error))
		e_error(log_event(dlookup), "%s", logged(error));
	if (dlookup->lookup == NULL)
		return;
	if (dlookup->scope == SCOPE_MARKER)
		dlookup->lookup->marker = GATE_MARKER_FAILED;
	take_last_known(dlookup);
}

static void
log_unknown_keys(struct gate_document_lookup *dlookup,
		 const struct coexist_document *document)
{
	const char *const *names = coexist_document_get_unknown(document);

	for (; *names != NULL; names++) T_BEGIN {
		const char *line =
			t_strdup_printf("Ignoring unknown key in %s: %s",
					logged(dlookup->key),
					coexist_logged_value(*names));
		if (coexist_log_repeat_may(dlookup->gate->log, line))
			e_warning(log_event(dlookup), "%s", line);
	} T_END;
}

/* Returns when the answer was true, in seconds. The clock may have been put back
   since it was asked for. */
static time_t time_asked(const struct gate_document_lookup *dlookup)
{
	return I_MIN((time_t)(dlookup->asked / 1000000), ioloop_time);
}

/* A late answer may be older than what was asked for later. */
static bool is_outdated(const struct gate_document_lookup *dlookup)
{
	struct coexist_document *newer;

	return coexist_document_cache_get(dlookup->gate->last_known,
					  dlookup->key, time_asked(dlookup) + 1,
					  &newer);
}

/* The file may have come or gone between the look at it and the answer. */
static void
set_stamp(const struct gate_document_lookup *dlookup, const char *text)
{
	if (dlookup->has_stamp && dlookup->stamp.exists == (text != NULL)) {
		coexist_document_cache_set_stamp(dlookup->gate->last_known,
						 dlookup->key, &dlookup->stamp);
	}
}

/* document and text are NULL if there is none. */
static void
lookup_succeeded(struct gate_document_lookup *dlookup,
		 struct coexist_document *document, const char *text)
{
	if (!is_outdated(dlookup)) {
		coexist_document_cache_put(dlookup->gate->last_known,
					   dlookup->key, document, text,
					   time_asked(dlookup));
		set_stamp(dlookup, text);
	}
	if (dlookup->lookup != NULL)
		lookup_set_document(dlookup->lookup, dlookup->scope, document);
}

static void document_lookup_free(struct gate_document_lookup *dlookup)
{
	i_free(dlookup->key);
	i_free(dlookup);
}

/* Without its marker, a store in which nothing is found is not the store. Where
   this node has never seen one, nothing can be missed: unless the site wants to
   be sure, a new installation goes by what it has. */
static bool store_is_missing(struct gate_lookup *lookup)
{
	struct coexist_gate *gate = lookup->gate;
	enum coexist_on_store_error action =
		coexist_site_number(&gate->config, COEXIST_SITE_on_store_error);

	if (!gate->marker_seen)
		gate->marker_seen = coexist_store_was_seen();
	if (!gate->marker_seen && !lookup->has_lost &&
	    action != COEXIST_ON_STORE_ERROR_TEMPFAIL) {
		if (!gate->marker_noted) {
			e_warning(gate->event, "coexist: %s",
				  COEXIST_STORE_REMEDY_MARKER);
		}
		gate->marker_noted = TRUE;
		return FALSE;
	}
	if (coexist_log_repeat_may(gate->log, COEXIST_STORE_REMEDY_MARKER))
		e_error(lookup->event, "%s", COEXIST_STORE_REMEDY_MARKER);
	return TRUE;
}

/* Returns TRUE if documents that were not found are not there. */
static bool absence_is_known(struct gate_lookup *lookup)
{
	switch (lookup->marker) {
	case GATE_MARKER_NOT_ASKED:
		break;
	case GATE_MARKER_FOUND:
		lookup->gate->marker_seen = TRUE;
		break;
	case GATE_MARKER_MISSING:
		return !store_is_missing(lookup);
	case GATE_MARKER_FAILED:
		return FALSE;
	}
	return TRUE;
}

/* All have answered: remembers which documents are not there, or takes what was
   known of them. */
static void lookup_settle(struct gate_lookup *lookup)
{
	bool known = absence_is_known(lookup);
	unsigned int i;

	if (!known)
		lookup->result.store_failed = TRUE;
	for (i = 0; i < COEXIST_GATE_SCOPE_COUNT; i++) {
		if (lookup->absent[i] == NULL)
			continue;
		if (known) {
			lookup_succeeded(lookup->absent[i], /*document=*/NULL,
					 /*text=*/NULL);
		} else {
			take_last_known(lookup->absent[i]);
		}
		document_lookup_free(lookup->absent[i]);
	}
}

static bool lookup_needs_marker(const struct gate_lookup *lookup)
{
	unsigned int i;

	if (lookup->marker != GATE_MARKER_NOT_ASKED || lookup->has_mailbox)
		return FALSE;
	for (i = 0; i < COEXIST_GATE_SCOPE_COUNT; i++) {
		if (lookup->is_absent[i])
			return TRUE;
	}
	return FALSE;
}

static bool has_lost(const struct gate_lookup *lookup)
{
	struct coexist_document *document;
	unsigned int i;

	for (i = 0; i < COEXIST_GATE_SCOPE_COUNT; i++) {
		if (lookup->absent[i] != NULL &&
		    coexist_document_cache_get(lookup->gate->last_known,
					       lookup->absent[i]->key,
					       /*since=*/0, &document) &&
		    document != NULL)
			return TRUE;
	}
	return FALSE;
}

static void
lookup_document(struct gate_lookup *lookup, unsigned int scope, const char *key);

static void lookup_unref(struct gate_lookup *lookup)
{
	i_assert(lookup->pending > 0);
	if (--lookup->pending > 0)
		return;
	if (lookup_needs_marker(lookup)) {
		lookup->has_lost = has_lost(lookup);
		/* the answer may come at once */
		lookup->pending = 1;
		lookup_document(lookup, SCOPE_MARKER, COEXIST_STORE_KEY_MARKER);
		if (--lookup->pending > 0)
			return;
	}
	lookup_settle(lookup);
	lookup_finish(lookup);
}

static void
lookup_set_unproved(struct gate_document_lookup *dlookup,
		    struct coexist_document *document)
{
	struct gate_lookup *lookup = dlookup->lookup;

	if (lookup == NULL)
		return;
	coexist_document_slim(document);
	lookup->unproved[dlookup->scope] = coexist_document_ref(document);
	lookup->has_unproved = TRUE;
}

/* Returns FALSE after noting the failure if the document lacks a signature that
   it needs. */
static bool
document_is_trusted(struct gate_document_lookup *dlookup,
		    struct coexist_document *document)
{
	struct coexist_gate_keyring *keyring = dlookup->gate->keyring;
	g_autoptr(GError) error = NULL;
	enum coexist_signature signature;

	if (keyring == NULL)
		return TRUE;
	signature = coexist_document_verify(document, dlookup->key,
					    coexist_gate_keyring_get(keyring),
					    &error);
	if (signature == COEXIST_SIGNATURE_VALID)
		return TRUE;
	if (signature == COEXIST_SIGNATURE_UNKNOWN)
		lookup_set_unproved(dlookup, document);
	T_BEGIN {
		lookup_failed(dlookup, t_strdup_printf("%s: %s", dlookup->key,
						       error->message));
	} T_END;
	return FALSE;
}

static void store_was_silent(struct coexist_gate *gate)
{
	gate->silent_until = ioloop_time + SILENCE_SECS;
}

static void store_answered(struct coexist_gate *gate)
{
	gate->silent_until = 0;
}

/* Waits no longer for the answer. */
static void
document_give_up(struct gate_document_lookup *dlookup, const char *why)
{
	struct gate_lookup *lookup = dlookup->lookup;

	timeout_remove(&dlookup->to);
	T_BEGIN {
		lookup_failed(dlookup, t_strdup_printf("Can't look up %s: %s",
						       dlookup->key, why));
	} T_END;
	dlookup->lookup = NULL;
	lookup_unref(lookup);
}

static void document_timeout(struct gate_document_lookup *dlookup)
{
	store_was_silent(dlookup->gate);
	document_give_up(dlookup, "No answer within "
			 G_STRINGIFY(LOOKUP_TIMEOUT_SECS)" seconds");
}

void coexist_gate_lookups_end(struct coexist_gate *gate)
{
	struct gate_document_lookup *dlookup, *next;

	/* who has waited for the last document asks for nothing more */
	store_was_silent(gate);
	for (dlookup = gate->lookups; dlookup != NULL; dlookup = next) {
		next = dlookup->next;
		if (dlookup->lookup != NULL)
			document_give_up(dlookup, "The auth process ends");
	}
}

static void
lookup_read(struct gate_document_lookup *dlookup, const char *text)
{
	g_autoptr(coexist_document) document = NULL;
	g_autoptr(GError) error = NULL;

	document = coexist_document_parse(dlookup->key, text, strlen(text),
					  &error);
	if (document == NULL) {
		lookup_failed(dlookup, error->message);
		return;
	}
	if (!document_is_trusted(dlookup, document))
		return;
	log_unknown_keys(dlookup, document);
	coexist_document_slim(document);
	lookup_succeeded(dlookup, document, text);
}

/* Whatever is in it: it vouches for nothing else. */
static void
marker_found(struct gate_document_lookup *dlookup, const char *text)
{
	g_autoptr(coexist_document) marker = coexist_document_new();

	coexist_document_slim(marker);
	lookup_succeeded(dlookup, marker, text);
}

static void
lookup_found(struct gate_document_lookup *dlookup, const char *text)
{
	struct coexist_document *document = NULL;

	if (dlookup->scope == SCOPE_MARKER) {
		marker_found(dlookup, text);
		return;
	}
	/* what was read and trusted once need not be again: most logins find
	   the same as the one before */
	if (!is_outdated(dlookup)) {
		document = coexist_document_cache_put_again(
			dlookup->gate->last_known, dlookup->key, text,
			time_asked(dlookup));
	}
	if (document == NULL) {
		lookup_read(dlookup, text);
		return;
	}
	set_stamp(dlookup, text);
	if (dlookup->lookup != NULL)
		lookup_set_document(dlookup->lookup, dlookup->scope, document);
}

/* Returns TRUE if the lookup is kept, and must not be used any more, until it
   is known whether the store is there. Nobody tells what an answer is worth that
   comes late. */
static bool document_is_absent(struct gate_document_lookup *dlookup)
{
	struct gate_lookup *lookup = dlookup->lookup;

	if (dlookup->scope == SCOPE_MARKER) {
		lookup_succeeded(dlookup, /*document=*/NULL, /*text=*/NULL);
		return FALSE;
	}
	if (lookup == NULL)
		return FALSE;
	lookup->absent[dlookup->scope] = dlookup;
	lookup_set_document(lookup, dlookup->scope, /*document=*/NULL);
	lookup_unref(lookup);
	return TRUE;
}

static void
document_callback(enum coexist_store_status status, const char *text,
		  const char *error, void *context)
{
	struct gate_document_lookup *dlookup = context;
	uint64_t now = i_microseconds();
	uint64_t took = now < dlookup->asked ? 0 : now - dlookup->asked;

	timeout_remove(&dlookup->to);
	DLLIST_REMOVE(&dlookup->gate->lookups, dlookup);
	switch (status) {
	case COEXIST_STORE_FOUND:
		store_answered(dlookup->gate);
		lookup_found(dlookup, text);
		break;
	case COEXIST_STORE_NOT_FOUND:
		store_answered(dlookup->gate);
		if (document_is_absent(dlookup))
			return;
		break;
	case COEXIST_STORE_GARBAGE:
	case COEXIST_STORE_FAILED:
		/* a late one: its silence was noted, and may be over */
		if (dlookup->lookup != NULL && took >= SLOW_FAILURE_USECS)
			store_was_silent(dlookup->gate);
		lookup_failed(dlookup, error);
		break;
	}
	if (dlookup->lookup != NULL)
		lookup_unref(dlookup->lookup);
	document_lookup_free(dlookup);
}

static bool
may_answer_be_old(const struct gate_lookup *lookup, unsigned int scope)
{
	switch (scope) {
	case COEXIST_GATE_SCOPE_MAILBOX:
		return lookup->asked_before;
	case SCOPE_MARKER:
		/* it may have gone together with the document */
		return !lookup->has_lost;
	default:
		/* the same for many logins */
		return TRUE;
	}
}

/* key is NULL if there can't be such a document. */
static void
lookup_document(struct gate_lookup *lookup, unsigned int scope, const char *key)
{
	struct coexist_gate *gate = lookup->gate;
	struct gate_document_lookup *dlookup;
	struct coexist_document_stamp stamp;
	struct coexist_document *document;
	bool has_stamp;

	if (key == NULL)
		return;
	if (may_answer_be_old(lookup, scope) &&
	    coexist_document_cache_get(gate->last_known, key, ioloop_time -
				       COEXIST_GATE_ANSWER_SECS, &document)) {
		lookup_set_document(lookup, scope, document);
		return;
	}
	has_stamp = coexist_document_files_stamp(gate->files, key, ioloop_time,
						 &stamp);
	if (has_stamp &&
	    coexist_document_cache_get_unchanged(gate->last_known, key, &stamp,
						 ioloop_time, &document)) {
		lookup_set_document(lookup, scope, document);
		return;
	}
	dlookup = i_new(struct gate_document_lookup, 1);
	dlookup->gate = gate;
	dlookup->lookup = lookup;
	dlookup->scope = scope;
	dlookup->key = i_strdup(key);
	dlookup->has_stamp = has_stamp;
	if (has_stamp)
		dlookup->stamp = stamp;
	if (gate->silent_until > ioloop_time) {
		lookup_failed(dlookup, "The store does not answer");
		document_lookup_free(dlookup);
		return;
	}
	dlookup->asked = i_microseconds();
	dlookup->to = timeout_add(LOOKUP_TIMEOUT_SECS * 1000,
				  document_timeout, dlookup);
	lookup->pending++;
	DLLIST_PREPEND(&gate->lookups, dlookup);
	coexist_store_lookup(gate->store, key, document_callback, dlookup);
}

void coexist_gate_lookup(struct coexist_gate *gate, struct event *event,
			 const char *user, const char *const *userdb_texts,
			 bool asked_before,
			 coexist_gate_callback_t *callback, void *context)
{
	const char *domain = strrchr(user, '@');
	struct gate_lookup *lookup;

	coexist_gate_check_clock(gate);
	coexist_gate_check_keys(gate);
	lookup = i_new(struct gate_lookup, 1);
	lookup->gate = gate;
	lookup->event = event;
	event_ref(event);
	lookup->user = i_strdup(user);
	lookup->userdb_texts = userdb_texts;
	lookup->asked_before = asked_before;
	lookup->callback = callback;
	lookup->context = context;

	/* answers may come at once: nothing is finished before all are asked */
	lookup->pending = 1;
	T_BEGIN {
		lookup_document(lookup, COEXIST_GATE_SCOPE_DEFAULT,
				COEXIST_STORE_KEY_DEFAULT);
		lookup_document(lookup, COEXIST_GATE_SCOPE_DOMAIN,
				domain == NULL ? NULL :
				coexist_store_key_domain(domain + 1));
		lookup_document(lookup, COEXIST_GATE_SCOPE_MAILBOX,
				coexist_store_key_mailbox(user));
	} T_END;
	lookup_unref(lookup);
}
