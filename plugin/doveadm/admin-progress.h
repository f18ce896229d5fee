/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ADMIN_PROGRESS_H
#define COEXIST_ADMIN_PROGRESS_H

struct doveadm_mail_cmd_context;

/* The progress of a command that goes through many mailboxes: a line on stderr, if
   that is a terminal, which is written anew each second. */

/* Returns a new context for a command that shows its progress, whose deinit ends
   the line. */
struct doveadm_mail_cmd_context *coexist_progress_cmd_alloc(void);
/* One more mailbox was looked at. ctx is one of the above. */
void coexist_progress_step(struct doveadm_mail_cmd_context *ctx);

#endif
