/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_MAILBOX_JOURNAL_H
#define COEXIST_MAILBOX_JOURNAL_H

#include "journal-file.h"

struct mail_user;

/* The mailbox's journal: the file dovecot-coexist.journal beside
   dovecot-coexist.state (mailbox-state.h). Needs the user's namespaces. A session
   goes on without it: errors of writing are warnings, logged here. */

#define COEXIST_JOURNAL_FILE_NAME "dovecot-coexist.journal"

/* Appends lines of one session, all of them or none. Returns 0 or -1. */
int coexist_journal_append(struct mail_user *user,
			   const struct coexist_journal_line *lines,
			   unsigned int count);

/* Reads the journal to the pool and logs a warning about what is no line of it.
   Returns 1, 0 if there is none, or -1 and an error. */
int coexist_journal_read(struct mail_user *user, pool_t pool,
			 struct coexist_journal *journal_r,
			 const char **error_r);

/* Returns the keyword by which the newest session hid messages, as far as the journal
   knows: that of a site's pop3_deleted_flag is known to POP3 sessions only. The default
   is POP3_HIDDEN_KEYWORD, another one is in the journal's pool. */
const char *
coexist_journal_hidden_keyword(const struct coexist_journal *journal);

#endif
