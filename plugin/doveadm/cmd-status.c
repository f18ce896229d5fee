/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doveadm coexist status: counts of INBOX, as POP3 and IMAP see it. */

#include "lib.h"
#include "coexist-commands.h"
#include "doveadm.h"
#include "admin-print.h"
#include "compat-doveadm-mail.h"
#include "mail-functions.h"
#include "time-text.h"

static void print_count(const struct coexist_inbox_count *count)
{
	doveadm_print_num(count->messages);
	doveadm_print_num(count->size);
}

static int
cmd_status_run(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
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
	doveadm_print(coexist_time_text(status.pop3_login));
	doveadm_print(coexist_time_text(status.journal_time));
	doveadm_print_num(status.journal_size);
	return 0;
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
		COEXIST_TEXT_COLUMN("pop3_login"),
		COEXIST_TEXT_COLUMN("journal"),
		COEXIST_NUMBER_COLUMN("journal_size")
	};

	COEXIST_PRINT_COLUMNS(columns);
}

static struct doveadm_mail_cmd_context *cmd_status_alloc(void)
{
	struct doveadm_mail_cmd_context *ctx;

	ctx = doveadm_mail_cmd_alloc(struct doveadm_mail_cmd_context);
	ctx->v.init = cmd_status_init;
	ctx->v.run = cmd_status_run;
	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	return ctx;
}

struct doveadm_cmd_ver2 coexist_cmd_status = {
	.name = "coexist status",
	.mail_cmd = cmd_status_alloc,
	.usage = COEXIST_MAIL_USAGE,
	.parameters = (const struct doveadm_cmd_param[]) {
		DOVEADM_CMD_MAIL_COMMON
		COEXIST_PARAMS_END
	}
};
