/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_FOLDERS_CHANGES_H
#define COEXIST_POP3_FOLDERS_CHANGES_H

struct mail_user;
struct pop3_folders;
struct pop3_mark;

/* What a session changes in the mailboxes of its maildrop besides INBOX. These may have
   been deleted, renamed and made anew since the session opened them, and Dovecot would
   damage the index of another mailbox of the same name. So changes are collected, and
   made in a mailbox that is opened for that, if it is the same one still, or by its new
   name. */

struct pop3_folders_changes_result {
	/* messages that should have been hidden, and could not be because the user may
	   not, and because of an error */
	unsigned int hide_refused, hide_failed;
	/* something else may not be changed */
	bool refused;
};

/* Collects a change of a message that is not in INBOX. */
void pop3_folders_change(struct pop3_folders *folders,
			 const struct pop3_mark *mark);
/* Forgets what was collected, as when a transaction is rolled back. */
void pop3_folders_changes_forget(struct mail_user *user);
/* Makes the changes that were collected, if the user's maildrop is several mailboxes.
   Adds what became of them to the result. */
void pop3_folders_changes_apply(struct mail_user *user,
				struct pop3_folders_changes_result *result);

#endif
