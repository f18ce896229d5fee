/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_MAIL_MOVE_H
#define COEXIST_MAIL_MOVE_H

struct mail;
struct mailbox;
struct mailbox_transaction_context;

/* A move of messages that can lose none on the way: first all are copied and the
   copies committed, then the caller expunges those that have arrived. A process
   that dies in between leaves messages in both mailboxes. Whoever moves them again
   finds these copies by the write-ahead log (move-intent.h), where the caller keeps it.

   The journal does not ask here which message went where: inbox-watch.h reads
   that out of the same two commits, as it does of IMAP's MOVE. */

struct coexist_move {
	/* Whose messages they are. What reads them must be open. */
	struct mailbox_transaction_context *source;
	/* The open mailbox that they go to, not the source's. */
	struct mailbox *target;
	bool mark_read;
	/* UIDs whose copies are unread, whatever they are, or NULL */
	const ARRAY_TYPE(seq_range) *unread_uids;
	/* Keyword that the copies of these UIDs get in addition, or NULL */
	const char *keyword;
	const ARRAY_TYPE(seq_range) *keyword_uids;

	/* The result. Whatever is in none of the lists is gone already,
	   expunged by somebody else. */

	/* UIDs of those that are in the target now */
	ARRAY_TYPE(seq_range) uids;
	/* UIDs that these have there, if the storage tells */
	ARRAY_TYPE(seq_range) target_uids;
	/* UIDs of those that were there before, copied by a move that was cut off, and
	   at the same place those of the copies. They are in none of the lists
	   above. Of these, UIDs of those that became read on the way. */
	ARRAY_TYPE(uint32_t) found, found_target;
	ARRAY_TYPE(seq_range) found_marked;
	/* How many could not be moved, and why the last one couldn't, in
	   words for the user, from the default pool */
	unsigned int failed;
	enum mail_error error;
	char *error_text;
};

/* Starts a move. Free the result with coexist_move_deinit(). */
void coexist_move_init(struct coexist_move *move_r,
		       struct mailbox_transaction_context *source,
		       struct mailbox *target);
void coexist_move_deinit(struct coexist_move *move);

/* Copies messages in the order of the list. One that can't be copied keeps no
   other from it. */
void coexist_move_copy(struct coexist_move *move, const uint32_t *uids,
		       unsigned int count);

/* A copy of the message was found in the target: gives it the flags that it is to
   have. */
void coexist_move_found(struct coexist_move *move, struct mail *mail,
			struct mail *copy);
/* Nothing was found. */
void coexist_move_forget_found(struct coexist_move *move);

/* Adds the UIDs of all messages that are in the target now to the list. */
void coexist_move_get_arrived(const struct coexist_move *move,
			      ARRAY_TYPE(seq_range) *uids);
/* Adds those that they have there. */
void coexist_move_get_target(const struct coexist_move *move,
			     ARRAY_TYPE(seq_range) *uids);

/* Expunges copies of these messages, by their UIDs, because the messages can't be
   expunged: all of them, or none if not all of the messages are certainly still
   in the source, which had this UIDVALIDITY when the UIDs were read. The source's
   error stays as it is. */
void coexist_move_take_back(struct mailbox *source,
			    uint32_t source_uidvalidity, struct mailbox *target,
			    const ARRAY_TYPE(seq_range) *uids,
			    const ARRAY_TYPE(seq_range) *target_uids);

/* Notes that so many can't be moved for the error that the mailbox has. */
void coexist_move_fail(struct coexist_move *move, struct mailbox *box,
		       unsigned int count);

#endif
