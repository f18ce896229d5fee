/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_FOLDERS_HOOKS_H
#define COEXIST_POP3_FOLDERS_HOOKS_H

struct client;
struct mail;
struct mail_namespace;
struct mail_storage;
struct mailbox;

/* How the maildrop of several mailboxes (pop3-folders.h) is put into Dovecot's way. */

/* Called when the client has logged in. */
void pop3_folders_create(struct client *client);
/* Called once more when it is known what the owner of the mailbox chose, if there is
   anything to choose. */
void pop3_folders_choose(struct client *client);

/* Hooks. */
void pop3_folders_namespaces_created(struct mail_namespace *namespaces);
void pop3_folders_storage_created(struct mail_storage *storage);
void pop3_folders_mailbox_allocated(struct mailbox *box);
void pop3_folders_mail_allocated(struct mail *mail);

#endif
