/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_GATE_H
#define COEXIST_GATE_H

#include "refusal-texts.h"
#include "site-config.h"

struct coexist_document_reader;
struct coexist_log_repeat;
struct coexist_session_limit;
struct coexist_site_policy;
struct coexist_store_presence;
struct event;

/* The gate of the auth process: the site's configuration and what belongs to
   it. Shared by the passdb and the userdb driver. */

struct coexist_gate {
	struct coexist_gate *prev, *next;
	int refcount;

	pool_t pool;
	char *path;
	struct event *event;
	struct coexist_log_repeat *log;

	struct coexist_site_config config;
	/* the policy of the configuration, as it holds for each login */
	struct coexist_site_policy *site_policy;
	/* the refusals' texts: those that were installed, those of the site */
	coexist_refusal_texts *texts;
	struct coexist_document_reader *reader;
	struct coexist_store_presence *presence;
	struct coexist_session_limit *session_limit;
};

/* Returns TRUE if the gate logs what it would refuse, and refuses nothing. */
static inline bool coexist_gate_is_log_only(const struct coexist_gate *gate)
{
	return coexist_site_number(&gate->config, COEXIST_SITE_log_only) != 0;
}

/* Returns the gate of this configuration: blocks with the same path and the same site
   settings share one, with what it knows of the store and of sessions. On Dovecot 2.4
   a block's settings are those that its event sees, within protocol { } for example.
   See coexist_site_config_read() for the arguments. Returns 0, or -1 and an
   error. */
int coexist_gate_init(struct event *event, const char *path,
		      struct coexist_gate **gate_r, const char **error_r);
/* The auth process ends: before that, all logins that wait for the store or for
   anvil are answered as if those had failed. */
void coexist_gate_unref(struct coexist_gate **gate);

#endif
