/* See the contract in gate.h. */

#include "lib.h"
#include "gate.h"
#include "array.h"
#include "dict.h"
#include "ioloop.h"
#include "lib-event.h"
#include "llist.h"
#include "str-sanitize.h"
#include "document-cache.h"
#include "policy-document.h"
#include "policy-store.h"
#include "policy-text.h"

#include <glib.h>

/* The documents of domains and of everybody are the same for many logins. A
   change of them is obeyed after this time at the latest. */
#define SHARED_DOCUMENT_CACHE_SECS 3
/* What is remembered for the time when the store is away. A document of a few
   keys takes less than 2 kB. */
#define LAST_KNOWN_MAX_COUNT 10000

#define LOG_REPEAT_SECS 60
#define LOG_MAX_LINES 1000

#define LOGGED_VALUE_LENGTH 80

struct coexist_gate {
	struct coexist_gate *prev, *next;
	int refcount;

	pool_t pool;
	char *path;
	struct event *event;
	struct dict *dict;
	struct coexist_site_config config;
	struct coexist_texts *texts;

	struct coexist_document_cache *last_known;
	/* line -> time when it was logged */
	GHashTable *logged;
};

struct gate_lookup {
	struct coexist_gate *gate;
	struct event *event;
	unsigned int pending;
	struct coexist_gate_policy result;
	const char *const *userdb_texts;

	/* by scope; USERDB and SITE have none */
	struct coexist_document *documents[COEXIST_GATE_SCOPE_COUNT];

	coexist_gate_callback_t *callback;
	void *context;
};

/* One of the lookups for a policy. */
struct gate_document_lookup {
	struct gate_lookup *lookup;
	enum coexist_gate_scope scope;
	char *key;
};

static struct coexist_gate *gates = NULL;

static struct coexist_gate *gate_find(const char *path)
{
	struct coexist_gate *gate;

	for (gate = gates; gate != NULL; gate = gate->next) {
		if (strcmp(gate->path, path) == 0)
			return gate;
	}
	return NULL;
}

static void texts_add_site(struct coexist_gate *gate)
{
	const char *list = gate->config.texts[COEXIST_SITE_template_dir];
	const char *item;
	size_t length;

	while (coexist_list_next(&list, &item, &length)) {
		const char *path = t_strdup_printf("%.*s/"COEXIST_TEXTS_FILE,
						   (int)length, item);
		g_autoptr(GError) error = NULL;

		if (!coexist_texts_add_file(gate->texts, path, &error)) {
			e_warning(gate->event, "coexist: template_dir: %s",
				  error->message);
		}
	}
}

static void texts_read(struct coexist_gate *gate)
{
	g_autoptr(GError) error = NULL;

	gate->texts = coexist_texts_new();
	if (!coexist_texts_add_installed(gate->texts, &error)) {
		e_info(gate->event, "coexist: Refusals are in English: %s",
		       error->message);
	}
	T_BEGIN {
		texts_add_site(gate);
	} T_END;
}

static int
gate_open(struct coexist_gate *gate, const char **error_r)
{
	if (coexist_site_config_read(gate->pool, gate->event, gate->path,
				     &gate->config, error_r) < 0)
		return -1;
	texts_read(gate);
	return coexist_site_config_open_store(&gate->config, gate->event,
					      &gate->dict, error_r) <= 0 ?
		-1 : 0;
}

static void gate_free(struct coexist_gate *gate)
{
	if (gate->dict != NULL)
		dict_deinit(&gate->dict);
	coexist_texts_free(gate->texts);
	coexist_document_cache_free(gate->last_known);
	g_hash_table_unref(gate->logged);
	event_unref(&gate->event);
	i_free(gate->path);
	pool_unref(&gate->pool);
	i_free(gate);
}

int coexist_gate_init(struct event *event, const char *path,
		      struct coexist_gate **gate_r, const char **error_r)
{
	struct coexist_gate *gate = gate_find(path);

	if (gate != NULL) {
		gate->refcount++;
		*gate_r = gate;
		return 0;
	}
	gate = i_new(struct coexist_gate, 1);
	gate->refcount = 1;
	gate->pool = pool_alloconly_create("coexist gate", 2048);
	gate->path = i_strdup(path);
	gate->event = event_create(event);
	gate->last_known = coexist_document_cache_new(LAST_KNOWN_MAX_COUNT);
	gate->logged = g_hash_table_new_full(g_str_hash, g_str_equal,
					     g_free, NULL);
	if (gate_open(gate, error_r) < 0) {
		gate_free(gate);
		return -1;
	}
	DLLIST_PREPEND(&gates, gate);
	*gate_r = gate;
	return 0;
}

void coexist_gate_unref(struct coexist_gate **_gate)
{
	struct coexist_gate *gate = *_gate;

	*_gate = NULL;
	if (gate == NULL || --gate->refcount > 0)
		return;
	DLLIST_REMOVE(&gates, gate);
	gate_free(gate);
}

const struct coexist_site_config *
coexist_gate_get_config(const struct coexist_gate *gate)
{
	return &gate->config;
}

const struct coexist_texts *
coexist_gate_get_texts(const struct coexist_gate *gate)
{
	return gate->texts;
}

/* Returns TRUE if this line was not logged within the last minute, and notes
   that it is now. */
static bool log_allowed(struct coexist_gate *gate, const char *line)
{
	gpointer last = g_hash_table_lookup(gate->logged, line);

	if (last != NULL &&
	    ioloop_time - (time_t)GPOINTER_TO_SIZE(last) < LOG_REPEAT_SECS)
		return FALSE;
	if (g_hash_table_size(gate->logged) >= LOG_MAX_LINES)
		g_hash_table_remove_all(gate->logged);
	g_hash_table_replace(gate->logged, g_strdup(line),
			     GSIZE_TO_POINTER((gsize)ioloop_time));
	return TRUE;
}

void coexist_gate_log_info(struct coexist_gate *gate, const char *line)
{
	if (log_allowed(gate, line))
		e_info(gate->event, "%s", line);
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
	const char *line;

	line = t_strdup_printf("Ignoring unknown value in %s: %s=%s",
			       scope->name, coexist_policy_keys[key].name,
			       str_sanitize(text, LOGGED_VALUE_LENGTH));
	if (log_allowed(lookup->gate, line))
		e_warning(lookup->event, "%s", line);
}

static void scopes_init(struct gate_lookup *lookup)
{
	static const char *const names[COEXIST_GATE_SCOPE_COUNT] = {
		[COEXIST_GATE_SCOPE_MAILBOX] = "the mailbox's document",
		[COEXIST_GATE_SCOPE_USERDB] = "userdb",
		[COEXIST_GATE_SCOPE_DOMAIN] = "the domain's document",
		[COEXIST_GATE_SCOPE_DEFAULT] = "the default document",
		[COEXIST_GATE_SCOPE_SITE] = "dovecot.conf"
	};
	struct coexist_scope *scopes = lookup->result.scopes;
	unsigned int i;

	for (i = 0; i < COEXIST_GATE_SCOPE_COUNT; i++) {
		coexist_document_init_scope(lookup->documents[i], names[i],
					    &scopes[i]);
	}
	scopes[COEXIST_GATE_SCOPE_USERDB].get = userdb_get;
	scopes[COEXIST_GATE_SCOPE_USERDB].context =
		(void *)lookup->userdb_texts;
	scopes[COEXIST_GATE_SCOPE_SITE].get = site_get;
	scopes[COEXIST_GATE_SCOPE_SITE].context = lookup->gate;
}

static void lookup_finish(struct gate_lookup *lookup)
{
	unsigned int i;

	T_BEGIN {
		scopes_init(lookup);
		coexist_policy_merge(lookup->result.scopes,
				     COEXIST_GATE_SCOPE_COUNT,
				     log_unknown_value, lookup,
				     &lookup->result.policy);
	} T_END;
	lookup->callback(&lookup->result, lookup->context);

	for (i = 0; i < COEXIST_GATE_SCOPE_COUNT; i++)
		coexist_document_unref(lookup->documents[i]);
	event_unref(&lookup->event);
	i_free(lookup);
}

static void lookup_unref(struct gate_lookup *lookup)
{
	i_assert(lookup->pending > 0);
	if (--lookup->pending == 0)
		lookup_finish(lookup);
}

static void
lookup_set_document(struct gate_lookup *lookup, enum coexist_gate_scope scope,
		    struct coexist_document *document)
{
	if (document != NULL)
		lookup->documents[scope] = coexist_document_ref(document);
}

static void
lookup_failed(struct gate_document_lookup *dlookup, const char *error)
{
	struct gate_lookup *lookup = dlookup->lookup;
	struct coexist_document *document;

	lookup->result.store_failed = TRUE;
	if (log_allowed(lookup->gate, error))
		e_error(lookup->event, "%s", error);
	if (coexist_document_cache_get(lookup->gate->last_known, dlookup->key,
				       /*since=*/0, &document))
		lookup_set_document(lookup, dlookup->scope, document);
	else
		lookup->result.incomplete = TRUE;
}

static void
document_callback(enum coexist_store_status status,
		  struct coexist_document *document, const char *error,
		  void *context)
{
	struct gate_document_lookup *dlookup = context;
	struct gate_lookup *lookup = dlookup->lookup;

	switch (status) {
	case COEXIST_STORE_FOUND:
	case COEXIST_STORE_NOT_FOUND:
		coexist_document_cache_put(lookup->gate->last_known,
					   dlookup->key, document,
					   ioloop_time);
		lookup_set_document(lookup, dlookup->scope, document);
		break;
	case COEXIST_STORE_FAILED:
		lookup_failed(dlookup, error);
		break;
	}
	i_free(dlookup->key);
	i_free(dlookup);
	lookup_unref(lookup);
}

/* key is NULL if there can't be such a document. */
static void
lookup_document(struct gate_lookup *lookup, enum coexist_gate_scope scope,
		const char *key)
{
	struct coexist_gate *gate = lookup->gate;
	struct gate_document_lookup *dlookup;
	struct coexist_document *document;

	if (key == NULL)
		return;
	if (scope != COEXIST_GATE_SCOPE_MAILBOX &&
	    coexist_document_cache_get(gate->last_known, key, ioloop_time -
				       SHARED_DOCUMENT_CACHE_SECS,
				       &document)) {
		lookup_set_document(lookup, scope, document);
		return;
	}
	dlookup = i_new(struct gate_document_lookup, 1);
	dlookup->lookup = lookup;
	dlookup->scope = scope;
	dlookup->key = i_strdup(key);
	lookup->pending++;
	coexist_store_lookup(gate->dict, key, document_callback, dlookup);
}

void coexist_gate_lookup(struct coexist_gate *gate, struct event *event,
			 const char *user, const char *const *userdb_texts,
			 coexist_gate_callback_t *callback, void *context)
{
	const char *domain = strrchr(user, '@');
	struct gate_lookup *lookup;

	lookup = i_new(struct gate_lookup, 1);
	lookup->gate = gate;
	lookup->event = event;
	event_ref(event);
	lookup->userdb_texts = userdb_texts;
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
