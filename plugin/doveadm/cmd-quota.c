/* doveadm coexist quota: how full mailboxes are, and which are at a level. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "doveadm-print.h"
#include "mail-user.h"
#include "admin-progress.h"
#include "coexist-admin.h"
#include "compat-doveadm-mail.h"
#include "mail-functions.h"
#include "quota-evaluate.h"
#include "quota-fullness.h"
#include "quota-level-name.h"
#include "quota-look.h"

struct quota_cmd_context {
	struct doveadm_mail_cmd_context ctx;
	struct coexist_progress progress;
};

/* See mail-functions.h. */
struct quota_modules {
	const struct coexist_policy *(*get_policy)(struct mail_user *user);
	bool (*has_levels)(const struct coexist_policy *policy);
	int (*look)(struct mail_user *user,
		    const struct coexist_policy *policy,
		    struct coexist_quota_look *look_r);
	void (*evaluate)(struct mail_user *user,
			 const struct coexist_policy *policy,
			 const struct coexist_quota_estimate *estimate);
};

/* Returns FALSE if one is not loaded. */
static bool modules_find(struct quota_modules *modules_r)
{
	static const char quota[] = "coexist_quota";

	return coexist_module_function("coexist", "coexist_session_policy_get",
				       &modules_r->get_policy) &&
		coexist_module_function(quota, "coexist_quota_has_levels",
					&modules_r->has_levels) &&
		coexist_module_function(quota, "coexist_quota_look",
					&modules_r->look) &&
		coexist_module_function(quota, "coexist_quota_evaluate",
					&modules_r->evaluate);
}

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
	   const struct quota_modules *modules, struct mail_user *user)
{
	const struct coexist_policy *policy = modules->get_policy(user);
	struct coexist_quota_look look;

	if (policy == NULL)
		return 0;
	if (coexist_admin_flag(ctx->cctx, "notify") &&
	    modules->has_levels(policy))
		modules->evaluate(user, policy, /*estimate=*/NULL);
	if (modules->look(user, policy, &look) < 0) {
		doveadm_mail_failed_error(ctx, MAIL_ERROR_TEMP);
		return -1;
	}
	print_look(&look, coexist_admin_flag(ctx->cctx, "report"));
	return 0;
}

static int
cmd_quota_run(struct doveadm_mail_cmd_context *_ctx, struct mail_user *user)
{
	struct quota_cmd_context *ctx =
		container_of(_ctx, struct quota_cmd_context, ctx);
	struct quota_modules modules;

	if (!modules_find(&modules)) {
		e_error(user->event, "coexist: mail_plugins does not have "
			"quota, coexist and coexist_quota for doveadm");
		_ctx->exit_code = EX_CONFIG;
		return -1;
	}
	coexist_progress_step(&ctx->progress, _ctx);
	return quota_user(_ctx, &modules, user);
}

COEXIST_MAIL_CMD_INIT(cmd_quota_init)
{
	doveadm_print_header_simple("resource");
	doveadm_print_header("used", "used", DOVEADM_PRINT_HEADER_FLAG_NUMBER);
	doveadm_print_header("limit", "limit",
			     DOVEADM_PRINT_HEADER_FLAG_NUMBER);
	doveadm_print_header("percent", "percent",
			     DOVEADM_PRINT_HEADER_FLAG_NUMBER);
	doveadm_print_header_simple("level");
	doveadm_print_header_simple("remembered");
	doveadm_print_header_simple("told");
}

static void cmd_quota_deinit(struct doveadm_mail_cmd_context *_ctx)
{
	struct quota_cmd_context *ctx =
		container_of(_ctx, struct quota_cmd_context, ctx);

	coexist_progress_end(&ctx->progress);
}

static struct doveadm_mail_cmd_context *cmd_quota_alloc(void)
{
	struct quota_cmd_context *ctx;

	ctx = doveadm_mail_cmd_alloc(struct quota_cmd_context);
	ctx->ctx.v.init = cmd_quota_init;
	ctx->ctx.v.run = cmd_quota_run;
	ctx->ctx.v.deinit = cmd_quota_deinit;
	coexist_mail_cmd_allow_options(&ctx->ctx, "nr");
	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	return &ctx->ctx;
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
