/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SENT_MAIL_H
#define COEXIST_SENT_MAIL_H

#include "sent-ring.h"

struct istream;
struct mail;
struct mailbox;

/* The body of a message that is not stored yet. */
struct coexist_sent_body {
	struct istream *input;
	/* where it begins */
	uoff_t offset;
	/* of its first 64 kB, whatever its lines end with; 0 if it is not known */
	uint32_t hash;
};

/* A message that was stored, in a mailbox object of its own: what a session has
   selected does not change by that. */
struct coexist_sent_mail {
	struct mailbox *box;
	struct mailbox_transaction_context *t;
	struct mail *mail;
};

/* Opens the message of a record in the mailbox for sent messages. Returns 1; 0 if
   it is not there any more, or another one is in its place; or -1 after logging. */
int coexist_sent_mail_open_record(struct mail_user *user,
				  const struct coexist_sent_record *record,
				  struct coexist_sent_mail *mail_r);
/* Opens the message with this UID in the same mailbox as box is. Returns 1, 0 or -1
   as the above. */
int coexist_sent_mail_open_uid(struct mailbox *box, uint32_t uid,
			       struct coexist_sent_mail *mail_r);
/* Returns TRUE if the record is of a message in the same mailbox. */
bool coexist_sent_mail_is_with(const struct coexist_sent_mail *mail,
			       const struct coexist_sent_record *record);
/* Looks for the message of such a record. Returns 1 and the message, which belongs to the
   transaction of the mail and is freed before that is committed; or 0 or -1 as the above. */
int coexist_sent_mail_find_record(const struct coexist_sent_mail *mail,
				  const struct coexist_sent_record *record,
				  struct mail **mail_r);
/* Commits what was changed. Returns 0, or -1 after logging. */
int coexist_sent_mail_commit(struct coexist_sent_mail *mail);
/* Leaves everything as it is. Does nothing after a commit. */
void coexist_sent_mail_close(struct coexist_sent_mail *mail);

/* Returns the place of a message with this UID in the mailbox. */
struct coexist_sent_place
coexist_sent_place_get(struct mailbox *box, uint32_t uidvalidity, uint32_t uid);

/* Returns the hash of the body that begins there. */
uint32_t coexist_sent_body_hash(struct istream *input, uoff_t offset);
/* Returns TRUE if the bodies are the same, whatever their lines end with. */
bool coexist_sent_mail_has_body(struct coexist_sent_mail *mail,
				const struct coexist_sent_body *body);
/* Returns the message's body: where it begins in *input_r, which lives as long as
   the mail; or -1. */
int coexist_sent_mail_get_body(struct coexist_sent_mail *mail,
			       struct istream **input_r, uoff_t *offset_r);

#endif
