/* See the contract in gate.h. */

#include "lib.h"
#include "gate.h"
#include "ioloop.h"
#include "lib-event.h"
#include "llist.h"
#include "document-cache.h"
#include "document-file.h"
#include "gate-keyring.h"
#include "gate-lookup.h"
#include "log-repeat.h"
#include "policy-store.h"
#include "session-limit.h"
#include "site-refusal.h"

/* Bytes for what is remembered for the time when the store is away: a document
   of a few keys takes some 1 kB, that there is none 0.2 kB. */
#define LAST_KNOWN_MAX_SIZE (16 * 1024 * 1024)

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

/* Without some of the keys, the documents that they signed count as unreadable:
   on_store_error says what logins get then. */
static void log_keys(struct coexist_gate *gate, const char *error)
{
	if (error != NULL && coexist_log_repeat_may(gate->log, error))
		e_error(gate->event, "coexist: %s", error);
}

static int
gate_open(struct coexist_gate *gate, const char **error_r)
{
	if (coexist_site_config_read(gate->pool, gate->event, gate->path,
				     &gate->config, error_r) < 0)
		return -1;
	gate->texts = coexist_site_texts_read(&gate->config, gate->event);
	T_BEGIN {
		const char *error;

		gate->keyring = coexist_gate_keyring_new(&gate->config, &error);
		log_keys(gate, error);
	} T_END;
	if (coexist_store_open(&gate->config, gate->event, &gate->store,
			       error_r) <= 0)
		return -1;
	gate->files = coexist_document_files_new(gate->store->files);
	gate->session_limit = coexist_session_limit_new(gate->event, gate->log,
		gate->config.texts[COEXIST_SITE_webmail_networks]);
	return 0;
}

static void gate_free(struct coexist_gate *gate)
{
	coexist_session_limit_free(gate->session_limit);
	coexist_document_files_free(gate->files);
	coexist_store_close(&gate->store);
	coexist_gate_keyring_free(gate->keyring);
	coexist_refusal_texts_free(gate->texts);
	coexist_document_cache_free(gate->last_known);
	coexist_log_repeat_free(gate->log);
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
	gate->last_known = coexist_document_cache_new(LAST_KNOWN_MAX_SIZE);
	gate->log = coexist_log_repeat_new();
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
	if (gate == NULL)
		return;
	/* they need the driver that asked, which goes now */
	coexist_gate_lookups_end(gate);
	coexist_session_limit_end(gate->session_limit);
	if (--gate->refcount > 0)
		return;
	DLLIST_REMOVE(&gates, gate);
	gate_free(gate);
}

void coexist_gate_check_clock(struct coexist_gate *gate)
{
	if (ioloop_time < gate->last_time) {
		gate->silent_until = 0;
		coexist_document_cache_forget_times(gate->last_known);
	}
	gate->last_time = ioloop_time;
}

void coexist_gate_check_keys(struct coexist_gate *gate)
{
	if (gate->keyring == NULL)
		return;
	T_BEGIN {
		const char *error;

		switch (coexist_gate_keyring_refresh(gate->keyring, ioloop_time,
						     &error)) {
		case COEXIST_GATE_KEYRING_SAME:
			break;
		case COEXIST_GATE_KEYRING_OTHERS:
			coexist_document_cache_clear(gate->last_known);
			break;
		case COEXIST_GATE_KEYRING_LOST:
			coexist_document_cache_forget_texts(gate->last_known);
			break;
		}
		log_keys(gate, error);
	} T_END;
}
