/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_JOURNAL_BUFFER_H
#define COEXIST_JOURNAL_BUFFER_H

#include "journal-line.h"

struct mail_user;

/* The write-behind buffer of the journal: lines of one session that are not in
   its file yet. They are written together, when the session ends, when there are
   many of them, or after a minute of a session that stays open. */
struct coexist_journal_buffer {
	struct mail_user *user;
	/* What each line says of the session, besides what the session did */
	struct coexist_journal_line head;
	/* The session stays open for long: its lines wait for a minute only */
	bool is_long;
	/* What is in the file */
	struct coexist_change_counts counts;

	/* What is not, NULL if nothing is not */
	pool_t pool;
	ARRAY(struct coexist_journal_line) lines;
	/* of the last line */
	unsigned int line_ranges;
	struct timeout *to_journal;
};

/* Adds a message that something was done to, by its UID in a mailbox with this
   UIDVALIDITY, which is INBOX if the name is NULL. Not for what was moved. */
void coexist_journal_buffer_add(struct coexist_journal_buffer *buffer,
				enum coexist_change change, const char *mailbox,
				uint32_t uidvalidity, uint32_t uid,
				enum coexist_change_flags flags);
/* Adds a message of INBOX that was moved to the target, and the UID that it has there, or
   0 if that is not known. */
void coexist_journal_buffer_add_moved(struct coexist_journal_buffer *buffer,
				      uint32_t uidvalidity, uint32_t uid,
				      enum coexist_change_flags flags,
				      const char *target,
				      uint32_t target_uidvalidity,
				      uint32_t target_uid);

/* Writes all that is in the buffer, at once. */
void coexist_journal_buffer_flush(struct coexist_journal_buffer *buffer);
/* Frees what the buffer, which is flushed, has counted. */
void coexist_journal_buffer_deinit(struct coexist_journal_buffer *buffer);

#endif
