#ifndef COEXIST_GATE_H
#define COEXIST_GATE_H

#include "refusal-texts.h"
#include "site-config.h"

struct event;
struct coexist_document_cache;
struct coexist_document_files;
struct coexist_gate_keyring;
struct coexist_log_repeat;
struct gate_document_lookup;
struct coexist_session_limit;
struct coexist_store;

/* The gate of the auth process: the site's configuration and what belongs to
   it. Shared by the passdb and the userdb driver. */

struct coexist_gate {
	struct coexist_gate *prev, *next;
	int refcount;

	pool_t pool;
	char *path;
	struct event *event;

	struct coexist_site_config config;
	struct coexist_store *store;
	/* NULL unless the store keeps each document in a file */
	struct coexist_document_files *files;
	/* the store did not answer and is not asked again before this time */
	time_t silent_until;
	/* the store's marker was there once; it was said that there is none */
	bool marker_seen, marker_noted;
	/* when the gate was asked last */
	time_t last_time;
	/* the refusals' texts: those that were installed, those of the site */
	coexist_refusal_texts *texts;
	/* whose signatures count, or NULL if documents need none */
	struct coexist_gate_keyring *keyring;

	/* the store has not answered yet */
	struct gate_document_lookup *lookups;
	struct coexist_document_cache *last_known;
	struct coexist_session_limit *session_limit;
	struct coexist_log_repeat *log;
};

/* Returns the gate of this configuration; those with the same path share one.
   See coexist_site_config_read() for the arguments. Returns 0, or -1 and an
   error. */
int coexist_gate_init(struct event *event, const char *path,
		      struct coexist_gate **gate_r, const char **error_r);
/* The auth process ends: before that, all logins that wait for the store or for
   anvil are answered as if those had failed. */
void coexist_gate_unref(struct coexist_gate **gate);

/* Has to be called before a time that the gate has noted is compared: after the
   clock was put back, none tells how long ago it was. */
void coexist_gate_check_clock(struct coexist_gate *gate);

/* Has to be called before documents are looked up: the keys that sign them may
   be others by now. */
void coexist_gate_check_keys(struct coexist_gate *gate);

#endif
