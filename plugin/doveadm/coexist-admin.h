/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_H
#define COEXIST_ADMIN_H

#include "site-config.h"

#include <glib.h>

struct doveadm_cmd_context;
struct coexist_doveconf;
struct coexist_store;

/* The context of a command: the site's configuration, the store, and what doveconf says. */
struct coexist_admin {
	const struct doveadm_cmd_context *cctx;
	struct event *event;
	pool_t pool;
	struct coexist_site_config config;
	struct coexist_store *store;
	struct coexist_doveconf *doveconf;
	/* the userdb did not answer once: it is not asked again (admin-user.h) */
	bool userdb_failed;
	/* what coexist_admin_warn_once() has said */
	GHashTable *said;
};

/* The parts of coexist_admin_run(), for a command that goes on without a
   configuration or a store. The second returns 0, or -1 and an error with what to
   do. The third returns 1, or 0 if no store is configured, or -1 if it can't be
   opened, and an error. Deinitialise in all cases. */
void coexist_admin_begin(const struct doveadm_cmd_context *cctx,
			 struct coexist_admin *admin_r);
int coexist_admin_read_config(struct coexist_admin *admin,
			      const char **error_r);
int coexist_admin_open_store(struct coexist_admin *admin,
			     const char **error_r);
void coexist_admin_deinit(struct coexist_admin *admin);

typedef void coexist_admin_run_t(struct coexist_admin *admin);
/* Reads the configuration, opens the store and runs the command with them. If
   that fails, an error is logged, the exit code is set and nothing is run. */
void coexist_admin_run(const struct doveadm_cmd_context *cctx,
		       coexist_admin_run_t *run);

/* Logs the error and sets doveadm's exit code, a sysexits EX_*. */
void coexist_admin_fail(const struct coexist_admin *admin, int exit_code,
			const char *format, ...) ATTR_FORMAT(3, 4);

/* Logs the warning, unless the command has done so already: what is wrong with a wide
   scope is found in each mailbox. */
void coexist_admin_warn_once(const struct coexist_admin *admin,
			     const char *text);

/* Returns TRUE if the option was given, and not as false over the HTTP API. */
bool coexist_admin_flag(const struct doveadm_cmd_context *cctx,
			const char *name);
/* Returns the option's text, or NULL. */
const char *coexist_admin_text(const struct doveadm_cmd_context *cctx,
			       const char *name);
/* Returns the arguments, NULL-terminated, perhaps none. */
const char *const *
coexist_admin_arguments(const struct doveadm_cmd_context *cctx,
			const char *name);

/* Returns TRUE if the command came over the HTTP API, which answers either
   with what was printed or with the exit code. */
bool coexist_admin_is_http(const struct doveadm_cmd_context *cctx);
/* Returns who runs the command, for [meta], on the data stack. */
const char *coexist_admin_who(const struct doveadm_cmd_context *cctx);

#endif
