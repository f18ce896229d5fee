/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist view: what a POP3 client is shown, and the way back for what is not
   shown any more. */

#include "lib.h"
#include "coexist-commands.h"
#include "array.h"
#include "doveadm.h"
#include "mail-user.h"
#include "coexist/day.h"
#include "admin-print.h"
#include "coexist-admin.h"
#include "compat-doveadm-mail.h"
#include "doveconf.h"
#include "mail-functions.h"
#include "plugin-list.h"
#include "policy-value.h"
#include "time-text.h"

struct view_cmd_context {
	struct doveadm_mail_cmd_context ctx;
	/* POP3 sessions do not load Dovecot's plugin virtual */
	bool lacks_virtual;
};

static struct view_cmd_context *
view_cmd_context(struct doveadm_mail_cmd_context *ctx)
{
	return container_of(ctx, struct view_cmd_context, ctx);
}

/* Returns the date of a time, "" for 0. */
static const char *day_text(time_t time)
{
	return t_strcut(coexist_time_text(time), 'T');
}

static void print_message(const struct coexist_view_message *message)
{
	doveadm_print_num(message->uid);
	doveadm_print(message->received == (time_t)-1 ? "" :
		      coexist_time_text(message->received));
	doveadm_print(message->shown ? "yes" : "no");
	doveadm_print(message->why);
	doveadm_print(day_text(message->left));
	doveadm_print(message->mailbox);
}

static int
view_explain(struct doveadm_mail_cmd_context *ctx,
	     const struct coexist_mail_functions *functions,
	     struct mail_user *user)
{
	ARRAY_TYPE(coexist_view_message) messages;
	const struct coexist_view_message *message;

	if (functions->view_explain(user, view_cmd_context(ctx)->lacks_virtual,
				    &messages) < 0) {
		doveadm_mail_failed_error(ctx, MAIL_ERROR_TEMP);
		return -1;
	}
	array_foreach(&messages, message) T_BEGIN {
		print_message(message);
	} T_END;
	return 0;
}

static int
since_read(struct doveadm_mail_cmd_context *ctx, struct mail_user *user,
	   time_t *since_r)
{
	const char *text = coexist_admin_text(ctx->cctx, "since");
	struct coexist_value value;

	*since_r = 0;
	if (text == NULL)
		return 0;
	if (coexist_value_parse(&coexist_policy_keys[
					COEXIST_KEY_pop3_show_since],
				text, &value) == COEXIST_VALUE_VALID &&
	    value.number != COEXIST_DATE_NONE) {
		/* 0 is none */
		*since_r = I_MAX((time_t)value.number * COEXIST_SECS_PER_DAY, 1);
		return 0;
	}
	e_error(user->event, "coexist: --since %s: Expected YYYY-MM-DD", text);
	ctx->exit_code = EX_USAGE;
	return -1;
}

static int
view_reset(struct doveadm_mail_cmd_context *ctx,
	   const struct coexist_mail_functions *functions,
	   struct mail_user *user)
{
	struct coexist_view_reset reset = {
		.dry_run = coexist_admin_flag(ctx->cctx, "dry-run")
	};
	struct coexist_view_reset_result result;

	if (since_read(ctx, user, &reset.since) < 0)
		return -1;
	if (functions->view_reset(user, &reset, &result) < 0) {
		doveadm_mail_failed_error(ctx, MAIL_ERROR_TEMP);
		return -1;
	}
	doveadm_print_num(result.returned);
	doveadm_print_num(result.due);
	return 0;
}

/* Without --reset nothing changes: an option that would limit the change is a
   mistake. */
static bool options_fit(const struct doveadm_cmd_context *cctx)
{
	return coexist_admin_flag(cctx, "reset") ||
		(coexist_admin_text(cctx, "since") == NULL &&
		 !coexist_admin_flag(cctx, "dry-run"));
}

static int
cmd_view_run(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
{
	struct coexist_mail_functions functions;
	int ret;

	if (!options_fit(ctx->cctx)) {
		e_error(user->event, "coexist: --since and --dry-run are for "
			"--reset");
		ctx->exit_code = EX_USAGE;
		return -1;
	}
	if (coexist_mail_functions_find(ctx, user, &functions) < 0)
		return -1;
	T_BEGIN {
		ret = coexist_admin_flag(ctx->cctx, "reset") ?
			view_reset(ctx, &functions, user) :
			view_explain(ctx, &functions, user);
	} T_END;
	return ret;
}

/* Returns FALSE also if that can't be found out. Only root may read all of dovecot.conf, and
   a command is not root while it has a user. */
static bool lacks_virtual(const struct doveadm_cmd_context *cctx)
{
	const struct coexist_doveconf_block *conf;
	struct coexist_admin admin;
	const char *error;
	bool ret = FALSE;

	coexist_admin_begin(cctx, &admin);
	if (coexist_doveconf_read(admin.doveconf, &conf, &error) == 0) {
		ret = !str_array_find(coexist_plugin_list_get(conf, "pop3"),
				      "virtual");
	}
	coexist_admin_deinit(&admin);
	return ret;
}

COEXIST_MAIL_CMD_INIT(cmd_view_init)
{
	static const struct coexist_column messages[] = {
		COEXIST_NUMBER_COLUMN("uid"),
		COEXIST_TEXT_COLUMN("received"),
		COEXIST_TEXT_COLUMN("shown"),
		COEXIST_TEXT_COLUMN("why"),
		COEXIST_TEXT_COLUMN("since"),
		COEXIST_TEXT_COLUMN("mailbox")
	};
	static const struct coexist_column reset[] = {
		COEXIST_NUMBER_COLUMN("returned"),
		COEXIST_NUMBER_COLUMN("due")
	};

	if (coexist_admin_flag(ctx->cctx, "reset")) {
		COEXIST_PRINT_COLUMNS(reset);
		return;
	}
	COEXIST_PRINT_COLUMNS(messages);
	view_cmd_context(ctx)->lacks_virtual = lacks_virtual(ctx->cctx);
}

struct doveadm_mail_cmd_context *coexist_cmd_view_alloc(void)
{
	struct view_cmd_context *ctx;

	ctx = doveadm_mail_cmd_alloc(struct view_cmd_context);
	ctx->ctx.v.init = cmd_view_init;
	ctx->ctx.v.run = cmd_view_run;
	coexist_mail_cmd_allow_options(&ctx->ctx, "rdn");
	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	return &ctx->ctx;
}

struct doveadm_cmd_ver2 coexist_cmd_view = {
	.name = "coexist view",
	.mail_cmd = coexist_cmd_view_alloc,
	.usage = COEXIST_MAIL_USAGE" [--reset [--since YYYY-MM-DD] "
		"[--dry-run]]",
	.parameters = (const struct doveadm_cmd_param[]) {
		DOVEADM_CMD_MAIL_COMMON
		COEXIST_PARAM('r', "reset", CMD_PARAM_BOOL, 0),
		COEXIST_PARAM('d', "since", CMD_PARAM_STR, 0),
		COEXIST_PARAM('n', "dry-run", CMD_PARAM_BOOL, 0),
		COEXIST_PARAMS_END
	}
};
