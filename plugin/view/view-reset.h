/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_VIEW_RESET_H
#define COEXIST_VIEW_RESET_H

struct mail_user;

/* The reset of a POP3 view: the only way back for what has left it. Needs the user's
   namespaces, and is about INBOX and the other mailboxes of the maildrop
   (maildrop-folders.h). */

struct coexist_view_reset {
	/* Not 0: only messages received since come back, and they are listed whatever
	   the filter says (view-memory.h, due). */
	time_t since;
	bool dry_run;
};

/* Lets messages return: how many had left, and how many will be listed whatever the
   filter says. Returns 0, or -1 after logging an error. */
struct coexist_view_reset_result {
	unsigned int returned, due;
};
int coexist_view_reset(struct mail_user *user,
		       const struct coexist_view_reset *reset,
		       struct coexist_view_reset_result *result_r);

#endif
