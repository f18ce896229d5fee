/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in gate.h. */

#include "lib.h"
#include "gate.h"
#include "lib-event.h"
#include "llist.h"
#include "document-reader.h"
#include "log-repeat.h"
#include "session-limit.h"
#include "site-refusal.h"
#include "store-presence.h"

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

/* Most sites leave policies to documents, and the scope is merged for each login. */
static const char *const *site_texts_find(const struct coexist_gate *gate)
{
	const char *const *texts = gate->config.policy_texts;
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (texts[i] != NULL && *texts[i] != '\0')
			return texts;
	}
	return NULL;
}

static int
gate_open(struct coexist_gate *gate, const char **error_r)
{
	if (coexist_site_config_read(gate->pool, gate->event, gate->path,
				     &gate->config, error_r) < 0)
		return -1;
	gate->site_texts = site_texts_find(gate);
	gate->texts = coexist_site_texts_read(&gate->config, gate->event);
	if (coexist_document_reader_new(&gate->config, gate->event, gate->log,
					&gate->reader, error_r) < 0) {
		if (*gate->path != '\0') {
			*error_r = t_strdup_printf("%s: %s", gate->path,
						   *error_r);
		}
		return -1;
	}
	gate->presence = coexist_store_presence_new(&gate->config, gate->event,
						    gate->log);
	gate->session_limit = coexist_session_limit_new(gate->event, gate->log,
		gate->config.texts[COEXIST_SITE_webmail_networks]);
	return 0;
}

static void gate_free(struct coexist_gate *gate)
{
	coexist_session_limit_free(gate->session_limit);
	coexist_store_presence_free(gate->presence);
	coexist_document_reader_free(gate->reader);
	coexist_refusal_texts_free(gate->texts);
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

	if (gate == NULL)
		return;
	/* they need the driver that asked, which goes now, and its gate: some
	   chains ask it twice */
	coexist_document_reader_end(gate->reader);
	coexist_session_limit_end(gate->session_limit);
	*_gate = NULL;
	if (--gate->refcount > 0)
		return;
	DLLIST_REMOVE(&gates, gate);
	gate_free(gate);
}
