/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-progress.h. */

#include "lib.h"
#include "admin-progress.h"
#include "compat-doveadm-mail.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

struct progress_cmd_context {
	struct doveadm_mail_cmd_context ctx;
	unsigned int mailboxes;
	/* when the line was written last, 0 for never */
	time_t shown;
};

static struct progress_cmd_context *
progress_of(struct doveadm_mail_cmd_context *ctx)
{
	return container_of(ctx, struct progress_cmd_context, ctx);
}

static void progress_end(struct doveadm_mail_cmd_context *ctx)
{
	const struct progress_cmd_context *progress = progress_of(ctx);

	if (progress->shown != 0)
		fprintf(stderr, "\r%u mailboxes\n", progress->mailboxes);
}

struct doveadm_mail_cmd_context *coexist_progress_cmd_alloc(void)
{
	struct progress_cmd_context *progress;

	progress = doveadm_mail_cmd_alloc(struct progress_cmd_context);
	progress->ctx.v.deinit = progress_end;
	return &progress->ctx;
}

void coexist_progress_step(struct doveadm_mail_cmd_context *ctx)
{
	struct progress_cmd_context *progress = progress_of(ctx);
	time_t now = time(NULL);

	progress->mailboxes++;
	if (ctx->iterate_single_user || now == progress->shown ||
	    ctx->cctx->conn_type != DOVEADM_CONNECTION_TYPE_CLI ||
	    isatty(STDERR_FILENO) != 1)
		return;
	progress->shown = now;
	fprintf(stderr, "\r%u mailboxes", progress->mailboxes);
}
