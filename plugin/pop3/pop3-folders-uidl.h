/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_FOLDERS_UIDL_H
#define COEXIST_POP3_FOLDERS_UIDL_H

#include "copy-memory.h"

struct client;
struct mail;
struct pop3_folders;
struct pop3_folders_uidl;

/* The unique IDs (RFC 1939, section 7) of a maildrop of several mailboxes. Those of INBOX
   are the site's, as without folders. Those of other mailboxes are the GUIDs, so that a
   message keeps its ID when its mailbox is renamed, or when IMAP moves it to another one.
   Copies of a message have one GUID: only the first of them has it as its ID. */

/* Starts it for the client, in the client's pool. */
struct pop3_folders_uidl *
pop3_folders_uidl_init(struct client *client, struct pop3_folders *folders);
void pop3_folders_uidl_deinit(struct pop3_folders_uidl **uidl);

/* Keeps what is remembered of copies when the messages are listed, for a session that can't
   read it any more when it is asked for IDs. */
void pop3_folders_uidl_listed(struct pop3_folders_uidl *uidl,
			      const ARRAY_TYPE(coexist_copy_folder) *memory);

/* Returns the ID of a message outside INBOX. real is NULL if it is gone. */
const char *pop3_folders_uidl_get(struct pop3_folders_uidl *uidl,
				  struct mail *mail, struct mail *real);

#endif
