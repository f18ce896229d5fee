/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist status: counts of INBOX, as POP3 and IMAP see it, or when a mailbox
   was used last. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "admin-print.h"
#include "coexist-admin.h"
#include "domain-users.h"
#include "mail-functions.h"
#include "status-use.h"
#include "time-text.h"

struct status_cmd_context {
	struct coexist_domain_cmd_context domain;
	struct coexist_status_use use;
};

static struct status_cmd_context *
status_of(struct doveadm_mail_cmd_context *ctx)
{
	return container_of(ctx, struct status_cmd_context, domain.ctx);
}

static void print_count(const struct coexist_inbox_count *count)
{
	doveadm_print_num(count->messages);
	doveadm_print_num(count->size);
}

static int
counts_run(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
{
	struct coexist_inbox_status status;
	struct coexist_mail_functions functions;

	if (coexist_mail_functions_find(ctx, user, &functions) < 0)
		return -1;
	if (functions.inbox_status_read(user, &status) < 0) {
		doveadm_mail_failed_error(ctx, status.error);
		return -1;
	}
	print_count(&status.all);
	print_count(&status.hidden);
	print_count(&status.downloaded);
	print_count(&status.trash);
	doveadm_print_num(status.trash_days);
	print_count(&status.archive);
	doveadm_print_num(status.keep_days);
	doveadm_print(coexist_time_text(status.pop3_login));
	doveadm_print(coexist_time_text(status.journal_time));
	doveadm_print_num(status.journal_size);
	return 0;
}

static const char *protocol_get(const struct doveadm_mail_cmd_context *ctx)
{
	return coexist_admin_text(ctx->cctx, "protocol");
}

static int
cmd_status_run(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
{
	struct coexist_status_use *use = &status_of(ctx)->use;
	const char *protocol = protocol_get(ctx);

	if (protocol != NULL) {
		return coexist_status_use_read(ctx, user, protocol, use) < 0 ?
			-1 : coexist_status_use_run(ctx, user, use);
	}
	if (coexist_admin_text(ctx->cctx, "since") == NULL &&
	    !coexist_admin_flag(ctx->cctx, "unused"))
		return counts_run(ctx, user);
	e_error(user->event, "--since and --unused need a --protocol");
	ctx->exit_code = EX_USAGE;
	return -1;
}

static void cmd_status_deinit(struct doveadm_mail_cmd_context *ctx)
{
	if (protocol_get(ctx) != NULL && ctx->exit_code != EX_USAGE)
		coexist_status_use_end(ctx, &status_of(ctx)->use);
}

COEXIST_MAIL_CMD_INIT(cmd_status_init)
{
	static const struct coexist_column columns[] = {
		COEXIST_NUMBER_COLUMN("messages"),
		COEXIST_NUMBER_COLUMN("size"),
		COEXIST_NUMBER_COLUMN("hidden"),
		COEXIST_NUMBER_COLUMN("hidden_size"),
		COEXIST_NUMBER_COLUMN("downloaded"),
		COEXIST_NUMBER_COLUMN("downloaded_size"),
		COEXIST_NUMBER_COLUMN("trash"),
		COEXIST_NUMBER_COLUMN("trash_size"),
		COEXIST_NUMBER_COLUMN("trash_days"),
		COEXIST_NUMBER_COLUMN("archive"),
		COEXIST_NUMBER_COLUMN("archive_size"),
		COEXIST_NUMBER_COLUMN("keep_days"),
		COEXIST_TEXT_COLUMN("pop3_login"),
		COEXIST_TEXT_COLUMN("journal"),
		COEXIST_NUMBER_COLUMN("journal_size")
	};

	if (protocol_get(ctx) != NULL)
		coexist_status_use_init();
	else
		COEXIST_PRINT_COLUMNS(columns);
}

static struct doveadm_mail_cmd_context *cmd_status_alloc(void)
{
	struct status_cmd_context *status;
	struct doveadm_mail_cmd_context *ctx;

	status = doveadm_mail_cmd_alloc(struct status_cmd_context);
	coexist_domain_cmd_init(&status->domain);
	ctx = &status->domain.ctx;
	ctx->v.init = cmd_status_init;
	ctx->v.run = cmd_status_run;
	ctx->v.deinit = cmd_status_deinit;
	coexist_mail_cmd_allow_options(ctx, "d:p:s:U");
	/* unless cmd_status() has chosen */
	doveadm_print_init(DOVEADM_PRINT_TYPE_PAGER);
	return ctx;
}

/* The counts are more than any terminal is wide. */
static void cmd_status(struct doveadm_cmd_context *cctx)
{
	doveadm_print_init(coexist_admin_text(cctx, "protocol") == NULL ?
			   DOVEADM_PRINT_TYPE_PAGER : DOVEADM_PRINT_TYPE_TABLE);
	coexist_domain_cmd_run(cctx);
}

struct doveadm_cmd_ver2 coexist_cmd_status = {
	.name = "coexist status",
	.cmd = cmd_status,
	.mail_cmd = cmd_status_alloc,
	.usage = COEXIST_MAIL_USAGE_DOMAIN
		" [--protocol PROTOCOL [--since DATE] [--unused]]",
	.parameters = (const struct doveadm_cmd_param[]) {
		DOVEADM_CMD_MAIL_COMMON
		COEXIST_PARAM('d', "domain", CMD_PARAM_STR, 0),
		COEXIST_PARAM('p', "protocol", CMD_PARAM_STR, 0),
		COEXIST_PARAM('s', "since", CMD_PARAM_STR, 0),
		COEXIST_PARAM('U', "unused", CMD_PARAM_BOOL, 0),
		COEXIST_PARAMS_END
	}
};
