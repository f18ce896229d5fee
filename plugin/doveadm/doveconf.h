/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_DOVECONF_H
#define COEXIST_DOVECONF_H

#include "doveconf-block.h"

struct doveadm_cmd_context;
struct event;

/* A cache of what doveconf says about the configuration: doveadm is not told the
   settings of the auth process, and each answer costs a process that reads all
   of them. A command has one, of its struct coexist_admin. */
struct coexist_doveconf;

/* Returns an empty cache, from the pool. All of these outlive it. */
struct coexist_doveconf *
coexist_doveconf_new(pool_t pool, struct event *event,
		     const struct doveadm_cmd_context *cctx);

/* Returns the folder of dovecot.conf, on the data stack. */
const char *
coexist_doveconf_folder(const struct coexist_doveconf *doveconf);

/* Both return 0, or -1 and an error. doveconf is run for the first of the same
   questions only. */

/* Reads what differs from Dovecot's defaults. */
int coexist_doveconf_read(struct coexist_doveconf *doveconf,
			  const struct coexist_doveconf_block **root_r,
			  const char **error_r);
/* Reads the value of one setting as it is for a protocol. */
int coexist_doveconf_read_setting(struct coexist_doveconf *doveconf,
				  const char *protocol, const char *name,
				  const char **value_r, const char **error_r);

#endif
