#ifndef COEXIST_ADMIN_PROGRESS_H
#define COEXIST_ADMIN_PROGRESS_H

struct doveadm_mail_cmd_context;

/* How far a command is that goes through many mailboxes: a line on stderr, if
   that is a terminal, which is written anew each second. */
struct coexist_progress {
	unsigned int mailboxes;
	time_t shown;
};

/* One more mailbox was looked at. */
void coexist_progress_step(struct coexist_progress *progress,
			   const struct doveadm_mail_cmd_context *ctx);
/* Ends the line, if there is one. */
void coexist_progress_end(const struct coexist_progress *progress);

#endif
