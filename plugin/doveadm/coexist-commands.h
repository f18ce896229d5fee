/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMMANDS_H
#define COEXIST_COMMANDS_H

/* The commands of doveadm coexist, a file for each. A command prints through
   doveadm's formatters, so that the command line, JSON and the HTTP API show the
   same data. */

struct doveadm_cmd_ver2;

/* A parameter of a command: its option's letter or \0, its name, which is the
   long option and the name in the HTTP API, type and flags. */
#define COEXIST_PARAM(option, param_name, param_type, param_flags) \
	{ .short_opt = option, .name = param_name, .type = param_type, \
	  .flags = param_flags }
#define COEXIST_PARAMS_END \
	{ .name = NULL }

/* What the usage of a command for each of several users begins with. */
#define COEXIST_MAIL_USAGE "-u USER | -A | -F FILE"
/* the same of one that has -d, see domain-users.h */
#define COEXIST_MAIL_USAGE_DOMAIN "-u USER | -A | -d DOMAIN | -F FILE"

/* All commands, in the order of the usage. */
#define COEXIST_COMMANDS(COMMAND) \
	COMMAND(policy_get) \
	COMMAND(policy_init) \
	COMMAND(policy_set) \
	COMMAND(policy_unset) \
	COMMAND(policy_list) \
	COMMAND(policy_check) \
	COMMAND(policy_export) \
	COMMAND(policy_import) \
	COMMAND(policy_sign) \
	COMMAND(policy_verify) \
	COMMAND(policy_keygen) \
	COMMAND(explain) \
	COMMAND(expire) \
	COMMAND(journal) \
	COMMAND(kick) \
	COMMAND(preflight) \
	COMMAND(quota) \
	COMMAND(status) \
	COMMAND(undo) \
	COMMAND(view)

#define COEXIST_COMMAND_DECLARE(name) \
	extern struct doveadm_cmd_ver2 coexist_cmd_##name;
COEXIST_COMMANDS(COEXIST_COMMAND_DECLARE)

struct doveadm_mail_cmd_context;
/* Returns the command "coexist view", which is also explain's --pop3-view. */
struct doveadm_mail_cmd_context *coexist_cmd_view_alloc(void);

#endif
