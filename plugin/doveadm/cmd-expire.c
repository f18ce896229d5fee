/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist expire: a retention run by hand, over one mailbox or many. */

#include "lib.h"
#include "coexist-commands.h"
#include "array.h"
#include "doveadm.h"
#include "imap-util.h"
#include "lib-signals.h"
#include "mail-user.h"
#include "str.h"
#include "admin-print.h"
#include "admin-progress.h"
#include "coexist-admin.h"
#include "compat-doveadm-mail.h"
#include "mail-functions.h"
#include "time-text.h"

#include <signal.h>

static volatile sig_atomic_t stop_signal;

static void signal_received(const siginfo_t *si, void *context ATTR_UNUSED)
{
	stop_signal = si->si_signo;
}

static void signals_watch(void)
{
	stop_signal = 0;
	lib_signals_set_handler(SIGTERM, LIBSIG_FLAG_RESTART, signal_received,
				NULL);
	lib_signals_set_handler(SIGINT, LIBSIG_FLAG_RESTART, signal_received,
				NULL);
}

static void signals_unwatch(void)
{
	lib_signals_unset_handler(SIGTERM, signal_received, NULL);
	lib_signals_unset_handler(SIGINT, signal_received, NULL);
}

static bool is_stopped(void)
{
	return stop_signal != 0;
}

static void print_result(const struct doveadm_cmd_context *cctx,
			 const struct coexist_retention_result *result)
{
	doveadm_print_num(result->expired);
	doveadm_print_num(result->moved);
	doveadm_print_num(result->stayed);
	doveadm_print_num(result->size);
	doveadm_print(coexist_time_text(result->oldest));
	doveadm_print_num(result->waiting);
	doveadm_print(coexist_time_text(result->until));
	if (coexist_admin_flag(cctx, "uids")) {
		string_t *uids = t_str_new(128);

		imap_write_seq_range(uids, &result->uids);
		doveadm_print(str_c(uids));
	}
}

/* Returns TRUE if the run came as far as to have a result. */
static bool has_result(enum coexist_retention_status status)
{
	return status == COEXIST_RETENTION_DONE ||
		status == COEXIST_RETENTION_STOPPED ||
		status == COEXIST_RETENTION_FAILED;
}

/* Logs why the run failed, if the run has not done so. Returns the error, or
   MAIL_ERROR_NONE. */
static enum mail_error
tell_error(struct mail_user *user, enum coexist_retention_status status,
	   const struct coexist_retention_result *result)
{
	switch (status) {
	case COEXIST_RETENTION_OFF:
		e_debug(user->event, "coexist: Nothing expires, pop3_keep_days "
			"is %u", result->keep_days);
		return MAIL_ERROR_NONE;
	case COEXIST_RETENTION_DONE:
		return MAIL_ERROR_NONE;
	case COEXIST_RETENTION_UNKNOWN:
		e_error(user->event, "coexist: Nothing expires, as there are "
			"policy documents that can't be read: see the auth "
			"process' errors");
		return result->error;
	case COEXIST_RETENTION_STOPPED:
		e_error(user->event, "coexist: Stopped by a signal");
		return MAIL_ERROR_TEMP;
	case COEXIST_RETENTION_BUSY:
		e_error(user->event, "coexist: Another process is expiring "
			"messages of this mailbox");
		return MAIL_ERROR_TEMP;
	case COEXIST_RETENTION_FAILED:
		return result->error;
	}
	i_unreached();
}

static int
expire_user(struct doveadm_mail_cmd_context *ctx,
	    const struct coexist_mail_functions *functions,
	    struct mail_user *user,
	    enum coexist_retention_flags flags)
{
	struct coexist_retention_result result;
	enum coexist_retention_status status;
	enum mail_error error;

	signals_watch();
	status = functions->retention_run(user, flags, is_stopped, &result);
	signals_unwatch();
	if (has_result(status))
		print_result(ctx->cctx, &result);
	error = tell_error(user, status, &result);
	coexist_progress_step(ctx);
	functions->retention_result_free(&result);
	if (error == MAIL_ERROR_NONE)
		return 0;
	doveadm_mail_failed_error(ctx, error);
	return -1;
}

static enum coexist_retention_flags
flags_get(const struct doveadm_cmd_context *cctx)
{
	enum coexist_retention_flags flags = 0;

	if (coexist_admin_flag(cctx, "dry-run"))
		flags |= COEXIST_RETENTION_DRY_RUN;
	if (coexist_admin_flag(cctx, "now"))
		flags |= COEXIST_RETENTION_NOW;
	return flags;
}

static int
cmd_expire_run(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
{
	struct coexist_mail_functions functions;

	if (coexist_mail_functions_find(ctx, user, &functions) < 0)
		return -1;
	return expire_user(ctx, &functions, user, flags_get(ctx->cctx));
}

COEXIST_MAIL_CMD_INIT(cmd_expire_init)
{
	static const struct coexist_column columns[] = {
		COEXIST_NUMBER_COLUMN("expired"),
		COEXIST_NUMBER_COLUMN("moved"),
		COEXIST_NUMBER_COLUMN("stayed"),
		COEXIST_NUMBER_COLUMN("size"),
		COEXIST_TEXT_COLUMN("oldest"),
		COEXIST_NUMBER_COLUMN("waiting"),
		COEXIST_TEXT_COLUMN("until")
	};

	COEXIST_PRINT_COLUMNS(columns);
	if (coexist_admin_flag(ctx->cctx, "uids"))
		doveadm_print_header_simple("uids");
}

static struct doveadm_mail_cmd_context *cmd_expire_alloc(void)
{
	struct doveadm_mail_cmd_context *ctx = coexist_progress_cmd_alloc();

	ctx->v.init = cmd_expire_init;
	ctx->v.run = cmd_expire_run;
	coexist_mail_cmd_allow_options(ctx, "inN");
	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	return ctx;
}

struct doveadm_cmd_ver2 coexist_cmd_expire = {
	.name = "coexist expire",
	.mail_cmd = cmd_expire_alloc,
	.usage = COEXIST_MAIL_USAGE" [--dry-run] [--now] [--uids]",
	.parameters = (const struct doveadm_cmd_param[]) {
		DOVEADM_CMD_MAIL_COMMON
		COEXIST_PARAM('n', "dry-run", CMD_PARAM_BOOL, 0),
		COEXIST_PARAM('N', "now", CMD_PARAM_BOOL, 0),
		COEXIST_PARAM('i', "uids", CMD_PARAM_BOOL, 0),
		COEXIST_PARAMS_END
	}
};
