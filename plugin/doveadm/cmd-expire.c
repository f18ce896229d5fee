/* doveadm coexist expire: what pop3_keep_days is about leaves mailboxes. */

#include "lib.h"
#include "coexist-commands.h"
#include "array.h"
#include "doveadm.h"
#include "doveadm-print.h"
#include "imap-util.h"
#include "lib-signals.h"
#include "mail-user.h"
#include "str.h"
#include "admin-progress.h"
#include "coexist-admin.h"
#include "compat-doveadm-mail.h"
#include "mail-functions.h"

#include <signal.h>

struct expire_cmd_context {
	struct doveadm_mail_cmd_context ctx;
	struct coexist_progress progress;
};

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

static int
expire_user(struct expire_cmd_context *ctx,
	    const struct coexist_mail_functions *module, struct mail_user *user,
	    enum coexist_retention_flags flags)
{
	struct coexist_retention_result result;
	enum mail_error error = MAIL_ERROR_NONE;
	enum coexist_retention_status status;

	signals_watch();
	status = module->retention_run(user, flags, is_stopped, &result);
	signals_unwatch();
	switch (status) {
	case COEXIST_RETENTION_OFF:
		break;
	case COEXIST_RETENTION_UNKNOWN:
		e_error(user->event, "coexist: Nothing expires, as there are "
			"policy documents that can't be read: see the auth "
			"process' errors");
		error = result.error;
		break;
	case COEXIST_RETENTION_DONE:
		print_result(ctx->ctx.cctx, &result);
		break;
	case COEXIST_RETENTION_STOPPED:
		print_result(ctx->ctx.cctx, &result);
		e_error(user->event, "coexist: Stopped by a signal");
		error = MAIL_ERROR_TEMP;
		break;
	case COEXIST_RETENTION_BUSY:
		e_error(user->event, "coexist: Another process is expiring "
			"messages of this mailbox");
		error = MAIL_ERROR_TEMP;
		break;
	case COEXIST_RETENTION_FAILED:
		print_result(ctx->ctx.cctx, &result);
		error = result.error;
		break;
	}
	coexist_progress_step(&ctx->progress, &ctx->ctx);
	module->retention_result_free(&result);
	if (error == MAIL_ERROR_NONE)
		return 0;
	doveadm_mail_failed_error(&ctx->ctx, error);
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
cmd_expire_run(struct doveadm_mail_cmd_context *_ctx, struct mail_user *user)
{
	struct expire_cmd_context *ctx =
		container_of(_ctx, struct expire_cmd_context, ctx);
	struct coexist_mail_functions module;

	if (coexist_mail_functions_find(_ctx, user, &module) < 0)
		return -1;
	return expire_user(ctx, &module, user, flags_get(_ctx->cctx));
}

COEXIST_MAIL_CMD_INIT(cmd_expire_init)
{
	doveadm_print_header("expired", "expired",
			     DOVEADM_PRINT_HEADER_FLAG_NUMBER);
	doveadm_print_header("moved", "moved",
			     DOVEADM_PRINT_HEADER_FLAG_NUMBER);
	doveadm_print_header("stayed", "stayed",
			     DOVEADM_PRINT_HEADER_FLAG_NUMBER);
	doveadm_print_header("size", "size", DOVEADM_PRINT_HEADER_FLAG_NUMBER);
	doveadm_print_header_simple("oldest");
	doveadm_print_header("waiting", "waiting",
			     DOVEADM_PRINT_HEADER_FLAG_NUMBER);
	doveadm_print_header_simple("until");
	if (coexist_admin_flag(ctx->cctx, "uids"))
		doveadm_print_header_simple("uids");
}

static void cmd_expire_deinit(struct doveadm_mail_cmd_context *_ctx)
{
	struct expire_cmd_context *ctx =
		container_of(_ctx, struct expire_cmd_context, ctx);

	coexist_progress_end(&ctx->progress);
}

static struct doveadm_mail_cmd_context *cmd_expire_alloc(void)
{
	struct expire_cmd_context *ctx;

	ctx = doveadm_mail_cmd_alloc(struct expire_cmd_context);
	ctx->ctx.v.init = cmd_expire_init;
	ctx->ctx.v.run = cmd_expire_run;
	ctx->ctx.v.deinit = cmd_expire_deinit;
	coexist_mail_cmd_allow_options(&ctx->ctx, "inN");
	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	return &ctx->ctx;
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
