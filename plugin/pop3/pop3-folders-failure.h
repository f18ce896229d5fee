/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_FOLDERS_FAILURE_H
#define COEXIST_POP3_FOLDERS_FAILURE_H

struct pop3_folder;
struct pop3_folders;
struct pop3_folders_failure;

/* The failure of a mailbox of the maildrop besides INBOX (mailbox-failure.h), and what
   becomes of the session by it.

   A mailbox that is absent, or of no use until somebody mends it, is left out: nobody is
   kept out of INBOX by it. A failure that may pass fails the login, as one of INBOX does,
   because what a session leaves out has left the view for good. When logins have failed
   for POP3_FOLDERS_PATIENCE_SECS, it has not passed, and the mailbox is left out, too.
   The time of the first of them is a line of the mailbox's state. */
#define POP3_FOLDERS_PATIENCE_SECS (30 * 60)

/* Starts it, in the user's pool. */
struct pop3_folders_failure *
pop3_folders_failure_init(struct pop3_folders *folders);

/* Returns TRUE if the mailbox, which has an error, is left out of the session; its error
   is that there is no such mailbox then. Returns FALSE after logging the error, which is
   an internal one then, if the login fails. */
bool pop3_folders_leave_out(struct pop3_folders *folders,
			    struct pop3_folder *folder);

/* Notes a failure of the whole maildrop that may pass. Returns TRUE if it has not
   passed. */
bool pop3_folders_failure_lasts(struct pop3_folders *folders);

/* Called when all is listed: warns of what was left out, once for each reason, and forgets
   the time if nothing has failed that may pass. */
void pop3_folders_failure_finish(struct pop3_folders *folders);

#endif
