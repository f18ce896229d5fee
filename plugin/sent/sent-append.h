/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_SENT_APPEND_H
#define COEXIST_SENT_APPEND_H

struct mail_user;
struct mailbox;

/* What IMAP programs store of the messages that they send: APPEND into whichever
   mailbox, or COPY into the one for sent messages. Such a message stays as it is,
   with its UID; the server's copy goes (sent-pair.h). Mail that has been on its
   way, drafts and old mail cost a look at their header and nothing else. */

/* Watches the mailboxes of an IMAP session whose policy has a sent_copy. */
void coexist_sent_append_user_created(struct mail_user *user);
void coexist_sent_append_mailbox_allocated(struct mailbox *box);

#endif
