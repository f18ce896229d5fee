/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in gate.h. */

#include "lib.h"
#include "gate.h"
#include "lib-event.h"
#include "llist.h"
#include "compat-site.h"
#include "document-reader.h"
#include "log-repeat.h"
#include "session-limit.h"
#include "site-policy.h"
#include "site-refusal.h"
#include "store-presence.h"

static struct coexist_gate *gates = NULL;

/* What of the policy is written differently for some logins the gate looks up for each
   of them (site-policy.h): it is one gate all the same. */
static bool
gates_equal(const struct coexist_gate *one, const struct coexist_gate *other)
{
	unsigned int i;

	for (i = 0; i < COEXIST_SITE_COUNT; i++) {
		if (strcmp(one->config.texts[i], other->config.texts[i]) != 0 ||
		    null_strcmp(one->config.unknown[i],
				other->config.unknown[i]) != 0)
			return FALSE;
	}
	return TRUE;
}

/* Of a file there is one text: it is not read, and complained about, twice. */
static struct coexist_gate *gate_find_path(const char *path)
{
	struct coexist_gate *gate = gates;

	while (gate != NULL && strcmp(gate->path, path) != 0)
		gate = gate->next;
	return COEXIST_SITE_HAS_FILTERS ? NULL : gate;
}

static struct coexist_gate *gate_find(const struct coexist_gate *like)
{
	struct coexist_gate *gate = gates;

	while (gate != NULL && !gates_equal(gate, like))
		gate = gate->next;
	return COEXIST_SITE_HAS_FILTERS ? gate : NULL;
}

static int
gate_open(struct coexist_gate *gate, const char **error_r)
{
	coexist_site_config_warn(&gate->config, gate->event);
	gate->site_policy = coexist_site_policy_new(&gate->config, gate->event);
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
	coexist_site_policy_free(gate->site_policy);
	coexist_log_repeat_free(gate->log);
	event_unref(&gate->event);
	i_free(gate->path);
	pool_unref(&gate->pool);
	i_free(gate);
}

static struct coexist_gate *gate_new(struct event *event, const char *path)
{
	struct coexist_gate *gate = i_new(struct coexist_gate, 1);

	gate->refcount = 1;
	gate->pool = pool_alloconly_create("coexist gate", 2048);
	gate->path = i_strdup(path);
	gate->event = event_create(event);
	gate->log = coexist_log_repeat_new();
	return gate;
}

static struct coexist_gate *gate_share(struct coexist_gate *gate)
{
	gate->refcount++;
	return gate;
}

static int
gate_make(struct coexist_gate *gate, struct coexist_gate **gate_r,
	  const char **error_r)
{
	struct coexist_gate *known;

	if (coexist_site_config_read(gate->pool, gate->event, gate->path,
				     &gate->config, error_r) < 0)
		return -1;
	known = gate_find(gate);
	if (known != NULL) {
		gate_free(gate);
		*gate_r = gate_share(known);
		return 0;
	}
	if (gate_open(gate, error_r) < 0)
		return -1;
	DLLIST_PREPEND(&gates, gate);
	*gate_r = gate;
	return 0;
}

int coexist_gate_init(struct event *event, const char *path,
		      struct coexist_gate **gate_r, const char **error_r)
{
	struct coexist_gate *gate = gate_find_path(path);

	if (gate != NULL) {
		*gate_r = gate_share(gate);
		return 0;
	}
	gate = gate_new(event, path);
	if (gate_make(gate, gate_r, error_r) < 0) {
		gate_free(gate);
		return -1;
	}
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
