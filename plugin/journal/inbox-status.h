/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_INBOX_STATUS_H
#define COEXIST_INBOX_STATUS_H

#include "mail-error.h"

struct mail_user;

/* Messages and their sizes in bytes, as POP3 and IMAP see them. */
struct coexist_inbox_count {
	uint64_t messages;
	uint64_t size;
};

/* What POP3 made of the user's INBOX. */
struct coexist_inbox_status {
	struct coexist_inbox_count all;
	/* not shown to POP3 */
	struct coexist_inbox_count hidden;
	/* with the keyword $POP3Downloaded */
	struct coexist_inbox_count downloaded;
	/* what is where pop3_delete = trash and archive move what POP3 deletes,
	   whoever put it there */
	struct coexist_inbox_count trash, archive;
	/* after so many days Dovecot expunges what is in the Trash (autoexpunge), and
	   pop3_keep_days removes what POP3 has downloaded; 0 for never */
	unsigned int trash_days, keep_days;

	/* when POP3 looked at it last and was not early, 0 if it is not known:
	   it is noted for pop3_login_delay */
	time_t pop3_login;
	/* when the journal's newest line was written, 0 if there is none */
	time_t journal_time;
	/* of its file, in bytes */
	uoff_t journal_size;

	enum mail_error error;
};

/* Needs the user's namespaces. Returns 0, or -1 and the error, after logging
   it. */
int coexist_inbox_status_read(struct mail_user *user,
			      struct coexist_inbox_status *status_r);

#endif
