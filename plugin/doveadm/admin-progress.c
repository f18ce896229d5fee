/* See the contract in admin-progress.h. */

#include "lib.h"
#include "admin-progress.h"
#include "compat-doveadm-mail.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

void coexist_progress_step(struct coexist_progress *progress,
			   const struct doveadm_mail_cmd_context *ctx)
{
	time_t now = time(NULL);

	progress->mailboxes++;
	if (ctx->iterate_single_user || now == progress->shown ||
	    ctx->cctx->conn_type != DOVEADM_CONNECTION_TYPE_CLI ||
	    isatty(STDERR_FILENO) != 1)
		return;
	progress->shown = now;
	fprintf(stderr, "\r%u mailboxes", progress->mailboxes);
}

void coexist_progress_end(const struct coexist_progress *progress)
{
	if (progress->shown != 0)
		fprintf(stderr, "\r%u mailboxes\n", progress->mailboxes);
}
