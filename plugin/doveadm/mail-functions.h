/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_MAIL_FUNCTIONS_H
#define COEXIST_MAIL_FUNCTIONS_H

#include "inbox-status.h"
#include "mailbox-journal.h"
#include "quota-evaluate.h"
#include "quota-look.h"
#include "quota-rules.h"
#include "retention.h"
#include "session-policy.h"
#include "session-undo.h"

struct doveadm_mail_cmd_context;

/* Late binding (dlsym) to the modules of mail processes, which doveadm loads as
   mail_plugins says. If ours needed their symbols to be loaded, doveadm would not
   know a single one of our commands where those modules are missing. The table
   of names is in mail-functions.c. */
struct coexist_mail_functions {
#define COEXIST_MAIL_FUNCTION(name) __typeof__(coexist_##name) *name;
	/* of the module coexist */
	COEXIST_MAIL_FUNCTION(inbox_status_read)
	COEXIST_MAIL_FUNCTION(journal_read)
	COEXIST_MAIL_FUNCTION(retention_result_free)
	COEXIST_MAIL_FUNCTION(retention_run)
	COEXIST_MAIL_FUNCTION(session_policy_get)
	COEXIST_MAIL_FUNCTION(undo_run)
	/* of the module coexist_quota, NULL if nobody asked for it */
	COEXIST_MAIL_FUNCTION(quota_evaluate)
	COEXIST_MAIL_FUNCTION(quota_has_levels)
	COEXIST_MAIL_FUNCTION(quota_look)
#undef COEXIST_MAIL_FUNCTION
};

/* Finds the functions of the module coexist. Returns 0, or -1 after logging that
   the module is not loaded, or is older than doveadm's and lacks one, and setting
   the exit code. */
int coexist_mail_functions_find(struct doveadm_mail_cmd_context *ctx,
				struct mail_user *user,
				struct coexist_mail_functions *functions_r);
/* The same for the functions of both modules. */
int coexist_mail_functions_find_quota(struct doveadm_mail_cmd_context *ctx,
				      struct mail_user *user,
				      struct coexist_mail_functions *functions_r);

#endif
