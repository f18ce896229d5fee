/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_MAILDROP_H
#define COEXIST_POP3_MAILDROP_H

#include "seq-range-array.h"

struct client;
struct mail;
struct mailbox;
struct mailbox_transaction_context;

/* The maildrop of a POP3 session (RFC 1939, section 3): the messages that the
   client is shown, and what it did with them so far. Dovecot numbers them from 0
   (msgnum) and notes in two bitmasks which of them a DELE deleted and which a
   RETR began to send. Those of the second are marked read when the session ends,
   in whatever way, and RSET forgets them.

   Message numbers and bitmasks do not leave pop3-maildrop.c. The other files
   name a mailbox and are answered in UIDs or sequences of it, so they need not
   know which of its messages the client is shown. Where the maildrop is several
   mailboxes (pop3-folders.h), the mailbox that the client opens is the virtual
   one, and UIDs are those of the real ones. */
struct pop3_maildrop {
	struct client *client;
	/* the mailbox that the client opens, which may be a virtual one; NULL
	   until Dovecot allocates it */
	struct mailbox *box;
};

/* Starts the maildrop of a client that has logged in. */
void pop3_maildrop_init(struct pop3_maildrop *maildrop_r,
			struct client *client);

/* Returns TRUE if the client is shown messages of this mailbox. Not for those
   behind a virtual mailbox, though they carry the POP3 flag too. */
bool pop3_maildrop_has(const struct pop3_maildrop *maildrop,
		       const struct mailbox *box);

/* Returns the UIDVALIDITY that the mailbox had when the client was shown its
   messages, or 0 if the client is shown none of the mailbox. */
uint32_t pop3_maildrop_get_uidvalidity(const struct pop3_maildrop *maildrop,
				       const struct mailbox *box);

/* Adds the UIDs of the messages that the client deleted in the transaction's
   mailbox, a real one, in the order in which the client was shown them. */
void pop3_maildrop_get_deleted(const struct pop3_maildrop *maildrop,
			       const struct mailbox_transaction_context *t,
			       ARRAY_TYPE(uint32_t) *uids);
/* Adds the sequences, in the mailbox that the client opens, of those deleted messages
   that Dovecot would mark read, had they not been deleted. */
void pop3_maildrop_get_deleted_seen(const struct pop3_maildrop *maildrop,
				    ARRAY_TYPE(seq_range) *seqs);

/* Returns the sequence of a message that Dovecot marks read when the session
   ends, or 0 if it marks none. */
uint32_t pop3_maildrop_get_one_seen(const struct pop3_maildrop *maildrop,
				    const struct mailbox *box);
/* Makes Dovecot forget that it is to mark this message, or any, read. */
void pop3_maildrop_forget_seen(struct pop3_maildrop *maildrop,
			       const struct mail *mail);
void pop3_maildrop_forget_all_seen(struct pop3_maildrop *maildrop);

#endif
