/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_VIEW_MEMORY_H
#define COEXIST_VIEW_MEMORY_H

#include "array.h"
#include "seq-range-array.h"

struct coexist_state_value;

/* The memory of a mailbox's POP3 view, by which the view only moves forward: a POP3
   client forgets the unique ID of a message that is not listed any more, and would
   download the message again if it were. So a message that was listed and then was
   not has left for good, until an administrator resets the view.

   A message that was never listed can wait for the filter to let it in, as when it
   is marked unread again; but not one that is older than the newest
   pop3_max_messages: that floor only rises.

   This is the pure part: no file, no mailbox. The lists are of UIDs, in ascending
   order, and live on the data stack. */

/* Why a message is not shown, with the keys by which it is so; folder: its mailbox was not
   part of the maildrop. */
#define COEXIST_VIEW_REASONS(REASON) \
	REASON(READ, "read", "pop3_show") \
	REASON(DELETED, "deleted", "pop3_show_deleted") \
	REASON(OLD, "old", "pop3_show_days or pop3_show_since") \
	REASON(SURPLUS, "surplus", "pop3_max_messages") \
	REASON(FOLDER, "folder", "pop3_folders")

enum coexist_view_reason {
#define COEXIST_VIEW_REASON_ID(id, word, keys) COEXIST_VIEW_##id,
	COEXIST_VIEW_REASONS(COEXIST_VIEW_REASON_ID)
#undef COEXIST_VIEW_REASON_ID
	COEXIST_VIEW_REASON_COUNT
};

/* Returns the word that the reason has in the file and in commands. */
const char *coexist_view_reason_word(enum coexist_view_reason reason);
/* Returns the names of the keys. */
const char *coexist_view_reason_keys(enum coexist_view_reason reason);

/* Messages that left on one day (coexist/day.h) for one reason. Of days long ago
   several are one, the latest. */
struct coexist_view_left {
	/* The reason's word, or one that a later version has: what has left by that
	   stays away, too. */
	const char *word;
	uint32_t day;
	ARRAY_TYPE(seq_range) uids;
};

struct coexist_view_memory {
	/* 0 if nothing is remembered */
	uint32_t uidvalidity;
	/* Messages with UIDs up to this one were listed, unless they wait or have
	   left. Not known: any message may have been, as before the first filter. */
	bool has_known;
	uint32_t known_uid;

	ARRAY(struct coexist_view_left) left;
	/* those of all days and reasons */
	ARRAY_TYPE(seq_range) left_uids;
	/* never listed, because a filter kept them back */
	ARRAY_TYPE(seq_range) waiting;
	/* Not left. To be listed whatever the filter says, but for pop3_show_deleted,
	   until a session that downloaded them ends by QUIT. */
	ARRAY_TYPE(seq_range) due;
	/* No message that is listed, with a UID up to known_uid, was received
	   before; 0 if that was not looked at. */
	uint64_t oldest;
};

/* What a session has found out about the mailbox when it listed the messages. */
struct coexist_view_look {
	uint32_t uidvalidity;
	/* the highest UID that was given to a message so far */
	uint32_t last_uid;
	/* there is a filter; and if not, perhaps only because nobody could read it */
	bool filtered, unsure;
	uint32_t today;
	/* Messages that are not listed, without those that have left already. */
	ARRAY_TYPE(seq_range) hidden[COEXIST_VIEW_REASON_COUNT];
	/* the lowest UID among the newest pop3_max_messages, 0 if there are less */
	uint32_t floor_uid;
	/* as in the memory */
	uint64_t oldest;
};

/* Makes an empty memory, and an empty look. */
void coexist_view_memory_init(struct coexist_view_memory *memory_r);
void coexist_view_look_init(struct coexist_view_look *look_r);

/* Reads a memory. Returns FALSE, and an empty one, if the text is not as we write
   it; an empty text is an empty memory. */
bool coexist_view_memory_parse(const char *text,
			       struct coexist_view_memory *memory_r);
/* Fills in the lines of the memory. Returns how many that are. */
#define COEXIST_VIEW_MEMORY_VALUES 6
unsigned int
coexist_view_memory_format(const struct coexist_view_memory *memory,
			   struct coexist_state_value *values_r);

/* Notes what was listed. Returns TRUE if that changes the memory. */
bool coexist_view_memory_note(struct coexist_view_memory *memory,
			      const struct coexist_view_look *look);

/* Lets messages return that have left as too old on a day that is still to come: the
   clock was ahead. The clocks of hosts may differ by a day. */
void coexist_view_memory_mistrust(struct coexist_view_memory *memory,
				  uint32_t today);

/* What the maildrop's memory (maildrop-memory.h) knows of a mailbox besides INBOX. */
struct coexist_view_known {
	uint32_t uidvalidity;
	/* up to which UID it was listed before, 0 if it never was */
	uint32_t uid;
	/* it was out of the maildrop, and comes back */
	bool returns;
};

/* Adds to the memory of such a mailbox what that knows better: all messages that were
   known when it was out, and did not wait, have left. Returns TRUE if any leave. */
bool coexist_view_memory_complete(struct coexist_view_memory *memory,
				  const struct coexist_view_known *known,
				  uint32_t today);

/* Lets messages return that have left: all of these UIDs. */
void coexist_view_memory_return(struct coexist_view_memory *memory,
				const ARRAY_TYPE(seq_range) *uids);

#endif
