/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist quota: how full mailboxes are, and which are at a level. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "mail-user.h"
#include "admin-print.h"
#include "admin-progress.h"
#include "coexist-admin.h"
#include "compat-doveadm-mail.h"
#include "mail-functions.h"
#include "quota-fullness.h"
#include "quota-level-name.h"
#include "time-text.h"

static void print_level(const struct coexist_quota_level *level)
{
	char name[COEXIST_QUOTA_LEVEL_MAX_LENGTH];

	doveadm_print(coexist_quota_level_name(level, name));
}

/* The level is that of all usages together, so it stands beside the one that
   reached it. */
static void print_usage(const struct coexist_quota_look *look,
			const struct coexist_quota_usage *usage)
{
	static const struct coexist_quota_level none;

	doveadm_print(usage->resource == COEXIST_QUOTA_STORAGE ?
		      "storage" : "messages");
	doveadm_print_num(usage->used);
	doveadm_print_num(usage->limit);
	doveadm_print_num(coexist_quota_percent(usage));
	print_level(usage == look->usage ? &look->level : &none);
	if (look->state.known)
		print_level(&look->state.level);
	else
		doveadm_print("");
	doveadm_print(coexist_time_text((time_t)look->state.told_at));
}

static void print_look(const struct coexist_quota_look *look, bool report)
{
	unsigned int i;

	for (i = 0; i < look->usage_count; i++) {
		const struct coexist_quota_usage *usage = &look->usages[i];

		if (report ? usage == look->usage : usage->limit != 0)
			print_usage(look, usage);
	}
}

static int
quota_user(struct doveadm_mail_cmd_context *ctx,
	   const struct coexist_mail_functions *functions,
	   struct mail_user *user)
{
	const struct coexist_policy *policy =
		functions->session_policy_get(user);
	struct coexist_quota_look look;

	if (policy == NULL)
		return 0;
	if (coexist_admin_flag(ctx->cctx, "notify") &&
	    functions->quota_has_levels(policy))
		functions->quota_evaluate(user, policy, /*estimate=*/NULL);
	if (functions->quota_look(user, policy, &look) < 0) {
		doveadm_mail_failed_error(ctx, MAIL_ERROR_TEMP);
		return -1;
	}
	print_look(&look, coexist_admin_flag(ctx->cctx, "report"));
	return 0;
}

static int
cmd_quota_run(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
{
	struct coexist_mail_functions functions;

	if (coexist_mail_functions_find_quota(ctx, user, &functions) < 0)
		return -1;
	coexist_progress_step(ctx);
	return quota_user(ctx, &functions, user);
}

COEXIST_MAIL_CMD_INIT(cmd_quota_init)
{
	static const struct coexist_column columns[] = {
		COEXIST_TEXT_COLUMN("resource"),
		COEXIST_NUMBER_COLUMN("used"),
		COEXIST_NUMBER_COLUMN("limit"),
		COEXIST_NUMBER_COLUMN("percent"),
		COEXIST_TEXT_COLUMN("level"),
		COEXIST_TEXT_COLUMN("remembered"),
		COEXIST_TEXT_COLUMN("told")
	};

	COEXIST_PRINT_COLUMNS(columns);
}

static struct doveadm_mail_cmd_context *cmd_quota_alloc(void)
{
	struct doveadm_mail_cmd_context *ctx = coexist_progress_cmd_alloc();

	ctx->v.init = cmd_quota_init;
	ctx->v.run = cmd_quota_run;
	coexist_mail_cmd_allow_options(ctx, "nr");
	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	return ctx;
}

struct doveadm_cmd_ver2 coexist_cmd_quota = {
	.name = "coexist quota",
	.mail_cmd = cmd_quota_alloc,
	.usage = COEXIST_MAIL_USAGE" [--notify] [--report]",
	.parameters = (const struct doveadm_cmd_param[]) {
		DOVEADM_CMD_MAIL_COMMON
		COEXIST_PARAM('n', "notify", CMD_PARAM_BOOL, 0),
		COEXIST_PARAM('r', "report", CMD_PARAM_BOOL, 0),
		COEXIST_PARAMS_END
	}
};
