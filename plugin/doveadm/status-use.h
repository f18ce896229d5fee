/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_STATUS_USE_H
#define COEXIST_STATUS_USE_H

struct doveadm_mail_cmd_context;
struct mail_user;

/* doveadm coexist status --protocol: by which protocol mailboxes were used, and when
   last, as sessions have noted it (note_last_use). */

/* What is wanted. */
struct coexist_status_use {
	/* an enum coexist_protocol, or its end for all of them */
	int protocol;
	/* a day; 0 for ever */
	uint64_t since;
	bool unused;

	/* the first day of all that was noted, 0 for none so far */
	uint64_t known_since;
	/* said already that nothing is noted */
	bool is_off_said;
};

/* Begins what is printed. */
void coexist_status_use_init(void);
/* Reads the options "since", "unused" and "protocol", with its word. Returns 0, or -1
   after logging what is wrong with them and setting the exit code. */
int coexist_status_use_read(struct doveadm_mail_cmd_context *ctx,
			    struct mail_user *user, const char *protocol,
			    struct coexist_status_use *use);
/* Prints the rows of a mailbox. Returns 0, or -1 after logging an error and setting the
   exit code. */
int coexist_status_use_run(struct doveadm_mail_cmd_context *ctx,
			   struct mail_user *user,
			   struct coexist_status_use *use);
/* Says since when it is known, of several mailboxes. */
void coexist_status_use_end(struct doveadm_mail_cmd_context *ctx,
			    const struct coexist_status_use *use);

#endif
