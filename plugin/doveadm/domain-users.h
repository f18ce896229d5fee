/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_DOMAIN_USERS_H
#define COEXIST_DOMAIN_USERS_H

#include "compat-doveadm-mail.h"

/* The option -d DOMAIN of commands that doveadm runs for each of several users: of
   those whom it lists it asks about none of other domains. Alone the option stands
   for -A, too. */

struct coexist_domain_cmd_context {
	struct doveadm_mail_cmd_context ctx;

	int (*super_get_next_user)(struct doveadm_mail_cmd_context *ctx,
				   const char **username_r);
};

/* Lets the context obey the option. */
void coexist_domain_cmd_init(struct coexist_domain_cmd_context *ctx);
/* Runs the command, which has a mail_cmd. */
void coexist_domain_cmd_run(struct doveadm_cmd_context *cctx);

#endif
