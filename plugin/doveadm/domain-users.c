/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in domain-users.h. */

#include "lib.h"
#include "domain-users.h"
#include "admin-userdb.h"
#include "coexist-admin.h"
#include "compat-doveadm.h"

static bool is_of_domain(const char *user, const char *domain)
{
	const char *at = strrchr(user, '@');

	return at != NULL && strcasecmp(at + 1, domain) == 0;
}

static int
next_user(struct doveadm_mail_cmd_context *_ctx, const char **username_r)
{
	struct coexist_domain_cmd_context *ctx =
		container_of(_ctx, struct coexist_domain_cmd_context, ctx);
	const char *domain = coexist_admin_text(_ctx->cctx, "domain");
	int ret;

	do {
		ret = ctx->super_get_next_user(_ctx, username_r);
	} while (ret > 0 && !is_of_domain(*username_r, domain));
	return ret;
}

static void preinit(struct doveadm_mail_cmd_context *_ctx)
{
	struct coexist_domain_cmd_context *ctx =
		container_of(_ctx, struct coexist_domain_cmd_context, ctx);

	if (coexist_admin_text(_ctx->cctx, "domain") == NULL)
		return;
	ctx->super_get_next_user = _ctx->v.get_next_user;
	_ctx->v.get_next_user = next_user;
}

void coexist_domain_cmd_init(struct coexist_domain_cmd_context *ctx)
{
	ctx->ctx.v.preinit = preinit;
}

/* Returns the parameter of this name, or NULL. */
static struct doveadm_cmd_param *
param_find(struct doveadm_cmd_param *params, int count, const char *name)
{
	int i;

	for (i = 0; i < count; i++) {
		if (strcmp(params[i].name, name) == 0)
			return &params[i];
	}
	return NULL;
}

static bool is_set(const struct doveadm_cmd_param *param)
{
	return param != NULL && param->value_set;
}

void coexist_domain_cmd_run(struct doveadm_cmd_context *cctx)
{
	struct doveadm_cmd_context run = *cctx;
	struct doveadm_cmd_param *params, *all;

	params = t_new(struct doveadm_cmd_param, cctx->argc + 1);
	memcpy(params, cctx->argv, sizeof(*params) * cctx->argc);
	all = param_find(params, cctx->argc, "all-users");
	if (all != NULL && is_set(param_find(params, cctx->argc, "domain")) &&
	    !is_set(param_find(params, cctx->argc, "user")) &&
	    !is_set(param_find(params, cctx->argc, "user-file"))) {
		all->value_set = TRUE;
		all->value.v_bool = TRUE;
	}
	if (is_set(all) && !coexist_admin_userdb_is_there()) {
		i_error("Can't list the users: auth does not "
			"answer at %s. Does Dovecot run?",
			doveadm_settings->auth_socket_path);
		doveadm_exit_code = EX_TEMPFAIL;
		return;
	}
	run.argv = params;
	doveadm_cmd_ver2_to_mail_cmd_wrapper(&run);
}
