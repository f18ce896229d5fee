/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SENT_RING_H
#define COEXIST_SENT_RING_H

#include "guid.h"
#include "sent-header.h"

struct mail_user;

/* The ring buffer of what was stored lately of a mailbox's sent messages: by the
   server, or by a mail program itself. It is the file dovecot-coexist.sent of the
   index root (index-root.h), of a fixed size; a new record takes the place of the
   oldest. It is of use and not of need: without it a message is stored twice.

   Whoever looks whether there is a record and then stores the message keeps the
   lock meanwhile, so that of two who store it at the same moment one knows of the
   other. The lock comes before any of Dovecot's. */

#define COEXIST_SENT_RING_FILE_NAME "dovecot-coexist.sent"
#define COEXIST_SENT_RING_SIZE 256

enum coexist_sent_kind {
	COEXIST_SENT_NONE,
	/* a copy that the server stored, and that is there, as far as is known */
	COEXIST_SENT_SERVER,
	/* a copy of the server's that had to go, or was not stored, because of
	   one of a program's */
	COEXIST_SENT_REPLACED,
	/* a program's, to which none of the server's belongs yet */
	COEXIST_SENT_CLIENT,
	/* a program's, to which one of the server's belongs */
	COEXIST_SENT_PAIRED
};

#define COEXIST_SENT_NAME_HASH_SIZE 16

/* Where a message is. The GUID of a mailbox would say it, too, but to ask for that
   means for a maildir to read its list of names, and to write it anew. */
struct coexist_sent_place {
	/* of the mailbox's name */
	unsigned char mailbox[COEXIST_SENT_NAME_HASH_SIZE];
	uint32_t uidvalidity, uid;
};

/* A record as it is in the file. */
struct coexist_sent_record {
	/* of all records that there ever were, from 1 on; 0 is none */
	uint64_t number;
	uint32_t kind;
	/* of the message; of PAIRED nobody asks any more */
	struct coexist_sent_place place;
	/* that the server's copy was given, by which it is known without its file
	   being opened; empty of others */
	guid_128_t guid;
	struct coexist_sent_keys keys;
	/* the hash of the body that was sent (sent-mail.h); 0 if it is not known, as of
	   a program's */
	uint32_t body;
};

struct coexist_sent_ring;

/* Locks the user's ring, which is made if there is none, or one that is damaged.
   Waits at most so many seconds for who has the lock. Needs the user's namespaces.
   Returns NULL after logging a warning. */
struct coexist_sent_ring *
coexist_sent_ring_lock(struct mail_user *user, unsigned int timeout_secs);
void coexist_sent_ring_unlock(struct coexist_sent_ring **ring);

/* Returns the records, COEXIST_SENT_RING_SIZE of them in no order. */
const struct coexist_sent_record *
coexist_sent_ring_records(const struct coexist_sent_ring *ring);
/* Adds a record, whose number is given to it. */
void coexist_sent_ring_add(struct coexist_sent_ring *ring,
			   const struct coexist_sent_record *record);
/* Changes one of the records: what it is of, and where that is. */
void coexist_sent_ring_change(struct coexist_sent_ring *ring,
			      const struct coexist_sent_record *record,
			      enum coexist_sent_kind kind,
			      const struct coexist_sent_place *place);

#endif
