/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_CHANGE_COUNTS_H
#define COEXIST_CHANGE_COUNTS_H

/* The counters of what a session did to messages of INBOX, by kind of change, and
   their words for the log and the administrator. */

enum coexist_change {
	/* \Seen was set, and nothing else done */
	COEXIST_CHANGE_READ,
	/* got the keyword that hides it from POP3 */
	COEXIST_CHANGE_HIDDEN,
	COEXIST_CHANGE_MOVED,
	COEXIST_CHANGE_EXPUNGED,
	/* what undoing does: \Seen taken away, keyword taken away, moved back */
	COEXIST_CHANGE_UNREAD,
	COEXIST_CHANGE_SHOWN,
	COEXIST_CHANGE_RETURNED,
	COEXIST_CHANGE_COUNT
};

enum coexist_change_flags {
	/* the message was unread before */
	COEXIST_CHANGE_WAS_UNSEEN	= 0x01,
	/* and this change marked it read */
	COEXIST_CHANGE_MARKED		= 0x02
};

/* Indexed by enum coexist_change: the names in the journal. */
extern const char *const coexist_change_names[COEXIST_CHANGE_COUNT];

/* More mailboxes than this are not told by name. */
#define COEXIST_CHANGE_TARGETS 4

struct coexist_change_counts {
	uint64_t messages[COEXIST_CHANGE_COUNT];
	/* where those that were moved went, those without a name elsewhere */
	struct {
		char *name;
		uint64_t messages;
	} targets[COEXIST_CHANGE_TARGETS];
};

/* Adds messages. The target is where they were moved, else NULL. Start with all
   zero; free what that takes. */
void coexist_change_counts_add(struct coexist_change_counts *counts,
			       enum coexist_change change, uint64_t messages,
			       const char *target);
void coexist_change_counts_free(struct coexist_change_counts *counts);

/* Returns how many messages it were in all. One that was read and then moved in
   a later step counts twice. */
uint64_t coexist_change_counts_total(const struct coexist_change_counts *counts);

/* Returns the counts in words, on the data stack: "3 read, 2 moved to Trash". */
const char *
coexist_change_counts_text(const struct coexist_change_counts *counts);

#endif
