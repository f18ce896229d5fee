#ifndef COEXIST_GATE_H
#define COEXIST_GATE_H

#include "policy-merge.h"
#include "site-config.h"

struct event;
struct coexist_gate;
struct coexist_texts;

/* The policy of mailboxes as the auth process knows it: the documents of the
   store, merged. Shared by the passdb and the userdb driver. */

/* The scopes, narrowest first. */
enum coexist_gate_scope {
	COEXIST_GATE_SCOPE_MAILBOX,
	COEXIST_GATE_SCOPE_USERDB,
	COEXIST_GATE_SCOPE_DOMAIN,
	COEXIST_GATE_SCOPE_DEFAULT,
	COEXIST_GATE_SCOPE_SITE,
	COEXIST_GATE_SCOPE_COUNT
};

struct coexist_gate_policy {
	struct coexist_policy policy;
	struct coexist_scope scopes[COEXIST_GATE_SCOPE_COUNT];
	/* At least one document could not be read, nor was it known from
	   before. */
	bool incomplete;
	/* At least one document could not be read. */
	bool store_failed;
};

typedef void coexist_gate_callback_t(const struct coexist_gate_policy *policy,
				     void *context);

/* Returns the gate of this configuration; those with the same path share one.
   See coexist_site_config_read() for the arguments. Returns 0, or -1 and an
   error. */
int coexist_gate_init(struct event *event, const char *path,
		      struct coexist_gate **gate_r, const char **error_r);
void coexist_gate_unref(struct coexist_gate **gate);

const struct coexist_site_config *
coexist_gate_get_config(const struct coexist_gate *gate);
/* Returns the refusals' texts: those that were installed and those of the
   site. */
const struct coexist_texts *
coexist_gate_get_texts(const struct coexist_gate *gate);

/* Looks up the user's policy. userdb_texts, indexed by key, is what the userdb
   named so far and must live until the callback, which may be called before
   this returns. The policy lives for the call only. */
void coexist_gate_lookup(struct coexist_gate *gate, struct event *event,
			 const char *user, const char *const *userdb_texts,
			 coexist_gate_callback_t *callback, void *context);

/* Logs the line, unless it was logged within the last minute. Not with the
   request's event: that one drops such lines unless auth_verbose is set. */
void coexist_gate_log_info(struct coexist_gate *gate, const char *line);

#endif
