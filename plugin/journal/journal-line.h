/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_JOURNAL_LINE_H
#define COEXIST_JOURNAL_LINE_H

#include "array.h"
#include "seq-range-array.h"
#include "change-counts.h"

/* A line of the journal: what one session, or a part of a long one, did to the
   messages of INBOX, or of another mailbox of the POP3 maildrop. Fields <name>=<value> with tabs between them, the values
   escaped as Dovecot does for a tab, and the word "end", so that half a line is
   none. A reader ignores names that are unknown. */

/* In bytes, with the newline. What is longer is no line. */
#define COEXIST_JOURNAL_LINE_MAX (256 * 1024)
/* A line with more ranges, or places to move to, could be too long. */
#define COEXIST_JOURNAL_LINE_RANGES 8192
#define COEXIST_JOURNAL_LINE_MOVES 8

/* Messages that were moved to one mailbox. */
struct coexist_journal_move {
	const char *target;
	uint32_t target_uidvalidity;
	ARRAY_TYPE(seq_range) uids;
	/* in the same order, or empty if they are not known */
	ARRAY_TYPE(seq_range) target_uids;
};
ARRAY_DEFINE_TYPE(coexist_journal_move, struct coexist_journal_move);

struct coexist_journal_line {
	time_t time;
	/* never NULL; whoever has no address has "" */
	const char *session;
	const char *protocol;
	const char *address;
	/* whose session it was if that matters, because several users share
	   INBOX and each has \Seen of his own, or NULL */
	const char *user;
	/* the session that this one undid, or NULL */
	const char *undoes;
	/* Only a part of that session: an error has left messages where they were, which
	   another undo may bring back. */
	bool undoes_part;
	/* the owner's choices that changed, as in "pop3_delete=hide", or NULL: such a line
	   is about no message and no mailbox */
	const char *chose;
	/* what hid messages, or NULL for POP3_HIDDEN_KEYWORD */
	const char *hidden_keyword;
	/* NULL for INBOX. Others have their UIDVALIDITY in a field of another name, so a
	   reader that does not know of them does not take their UIDs for INBOX's. */
	const char *mailbox;
	/* the mailbox's */
	uint32_t uidvalidity;
	/* How many messages all lines of the session have that there are when
	   this one is written; 0 if there is no other. */
	uint64_t total;

	/* UIDs by enum coexist_change; those that were moved are below */
	ARRAY_TYPE(seq_range) uids[COEXIST_CHANGE_COUNT];
	ARRAY_TYPE(coexist_journal_move) moves;
	/* those of them that were unread before, other than COEXIST_CHANGE_READ,
	   and those of them that this session marked read */
	ARRAY_TYPE(seq_range) unseen;
	ARRAY_TYPE(seq_range) marked;
};

/* Makes an empty line whose lists grow in the pool. */
void coexist_journal_line_init(struct coexist_journal_line *line_r, pool_t pool);
/* Returns the move to this mailbox with or without target UIDs, a new one if
   there is none yet. */
struct coexist_journal_move *
coexist_journal_line_move(struct coexist_journal_line *line, pool_t pool,
			  const char *target, uint32_t target_uidvalidity,
			  bool with_uids);

/* Adds the line with its newline. */
void coexist_journal_line_write(string_t *dest,
				const struct coexist_journal_line *line);
/* Reads a line without its newline to the pool. Returns 0, or -1 and why it is
   none. */
int coexist_journal_line_parse(pool_t pool, const char *text,
			       struct coexist_journal_line *line_r,
			       const char **error_r);

/* Returns TRUE if it is about this UID of its mailbox. */
bool coexist_journal_line_has_uid(const struct coexist_journal_line *line,
				  uint32_t uid);
/* Returns TRUE if it is of a POP3 session. */
bool coexist_journal_line_is_pop3(const struct coexist_journal_line *line);
/* Returns TRUE if it is of a POP3 session that hid or moved messages: what an owner may
   undo. */
bool coexist_journal_line_is_deletion(const struct coexist_journal_line *line);
/* Adds what the line counts. */
void coexist_journal_line_count(const struct coexist_journal_line *line,
				struct coexist_change_counts *counts);

#endif
