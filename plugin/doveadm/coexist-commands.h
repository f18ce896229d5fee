#ifndef COEXIST_COMMANDS_H
#define COEXIST_COMMANDS_H

/* doveadm coexist <command>, a file for each. What they print goes through
   doveadm's formatters, so that it is the same data on the command line, in
   JSON and over the HTTP API. */

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

extern struct doveadm_cmd_ver2 coexist_cmd_policy_get;
extern struct doveadm_cmd_ver2 coexist_cmd_policy_init;
extern struct doveadm_cmd_ver2 coexist_cmd_policy_set;
extern struct doveadm_cmd_ver2 coexist_cmd_policy_unset;
extern struct doveadm_cmd_ver2 coexist_cmd_policy_list;
extern struct doveadm_cmd_ver2 coexist_cmd_policy_check;
extern struct doveadm_cmd_ver2 coexist_cmd_policy_sign;
extern struct doveadm_cmd_ver2 coexist_cmd_policy_verify;
extern struct doveadm_cmd_ver2 coexist_cmd_policy_keygen;
extern struct doveadm_cmd_ver2 coexist_cmd_explain;
extern struct doveadm_cmd_ver2 coexist_cmd_expire;
extern struct doveadm_cmd_ver2 coexist_cmd_journal;
extern struct doveadm_cmd_ver2 coexist_cmd_preflight;
extern struct doveadm_cmd_ver2 coexist_cmd_quota;
extern struct doveadm_cmd_ver2 coexist_cmd_status;
extern struct doveadm_cmd_ver2 coexist_cmd_undo;

#endif
