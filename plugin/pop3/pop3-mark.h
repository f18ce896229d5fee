/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_MARK_H
#define COEXIST_POP3_MARK_H

struct mail;
struct mailbox;
struct mailbox_transaction_context;

/* A mark: the flag, keyword and index record that a download leaves on one
   message (doc/pop3-read-state.md). Marks only add: whatever is there already
   stays, and is not written again. */
struct pop3_mark {
	/* in the mailbox that the session has open, and in the real one, which is
	   another only if the maildrop is several mailboxes */
	uint32_t uid, real_uid;
	struct mailbox *real_box;
	bool seen;
	bool downloaded;
	/* note that now is the time of the first download */
	bool timed;
	/* the keyword by which POP3 hides the message, or NULL; it lives as long as the
	   session */
	const char *hidden;
};
ARRAY_DEFINE_TYPE(pop3_mark, struct pop3_mark);

/* How many messages changed, and of how many something stays as it was because
   the user may not change it. */
struct pop3_marks_result {
	unsigned int changed;
	unsigned int refused;
	/* those that had to be hidden, and may not be */
	unsigned int hide_refused;
};

/* Return TRUE if the message is read, and if it has the keyword of a confirmed
   download. */
bool pop3_mark_is_seen(struct mail *mail);
bool pop3_mark_is_downloaded(struct mail *mail);

/* Adds the changes to the transaction of the session's mailbox, except on messages
   which it expunges or which are gone. Returns 0 and what becomes of them, or -1 with the error
   set in the mailbox. A read-only mailbox refuses all. */
int pop3_marks_apply(struct mailbox_transaction_context *t,
		     const struct pop3_mark *marks, unsigned int count,
		     struct pop3_marks_result *result_r);

/* Applies changes to messages of this one real mailbox at once, beside the session that
   has it open and whose view must not change: other sessions see them when this returns.
   Outside INBOX it is found by its GUID if it has another name now. Nothing is changed if it
   is gone, or is not the same mailbox any more, by its UIDVALIDITY, and outside INBOX by its
   GUID and index: the UIDs are other messages' then. Returns 0 and what became of the marks, or
   -1 after logging the error. */
int pop3_marks_apply_now(struct mailbox *real_box,
			 uint32_t session_uidvalidity,
			 const struct pop3_mark *marks, unsigned int count,
			 struct pop3_marks_result *result_r);

#endif
