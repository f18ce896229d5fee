/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_MAIL_FUNCTIONS_H
#define COEXIST_MAIL_FUNCTIONS_H

#include "end-notice.h"
#include "inbox-status.h"
#include "mailbox-journal.h"
#include "owner-file.h"
#include "owner-set.h"
#include "quota-evaluate.h"
#include "quota-look.h"
#include "quota-rules.h"
#include "retention.h"
#include "session-policy.h"
#include "session-undo.h"
#include "use-note.h"
#include "view-explain.h"
#include "view-reset.h"

struct doveadm_mail_cmd_context;

/* Late binding (dlsym) to the module of mail processes, which doveadm loads as
   mail_plugins says. If ours needed its symbols to be loaded, doveadm would not
   know a single one of our commands where that module is missing. The table of
   names is in mail-functions.c. */
struct coexist_mail_functions {
#define COEXIST_MAIL_FUNCTION(name) __typeof__(coexist_##name) *name;
	COEXIST_MAIL_FUNCTION(end_notice_send)
	COEXIST_MAIL_FUNCTION(inbox_status_read)
	COEXIST_MAIL_FUNCTION(journal_read)
	COEXIST_MAIL_FUNCTION(owner_file_read)
	COEXIST_MAIL_FUNCTION(owner_set)
	COEXIST_MAIL_FUNCTION(quota_evaluate)
	COEXIST_MAIL_FUNCTION(quota_has_levels)
	COEXIST_MAIL_FUNCTION(quota_look)
	COEXIST_MAIL_FUNCTION(retention_result_free)
	COEXIST_MAIL_FUNCTION(retention_run)
	COEXIST_MAIL_FUNCTION(session_policy_get)
	COEXIST_MAIL_FUNCTION(undo_run)
	COEXIST_MAIL_FUNCTION(use_noted_read)
	COEXIST_MAIL_FUNCTION(view_explain)
	COEXIST_MAIL_FUNCTION(view_find_unlisted)
	COEXIST_MAIL_FUNCTION(view_reset)
#undef COEXIST_MAIL_FUNCTION
};

/* Finds the functions. Returns 0, or -1 after logging that the module is not loaded, or
   is older than doveadm's and lacks one. */
int coexist_mail_functions_get(struct mail_user *user,
			       struct coexist_mail_functions *functions_r);
/* The same, and sets the exit code. */
int coexist_mail_functions_find(struct doveadm_mail_cmd_context *ctx,
				struct mail_user *user,
				struct coexist_mail_functions *functions_r);
/* The same for a command that needs Dovecot's quota plugin to be loaded, too. */
int coexist_mail_functions_find_quota(struct doveadm_mail_cmd_context *ctx,
				      struct mail_user *user,
				      struct coexist_mail_functions *functions_r);

#endif
