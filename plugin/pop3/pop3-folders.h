/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_FOLDERS_H
#define COEXIST_POP3_FOLDERS_H

#include "array.h"
#include "mail-user.h"

#include <sys/stat.h>

struct client;
struct mail;
struct mail_index_view;
struct mail_namespace;
struct mailbox;
struct pop3_folders_failure;
struct pop3_folders_uidl;
struct pop3_mark;

/* The POP3 maildrop of several mailboxes (pop3_folders, doc/pop3-view.md).

   Dovecot's virtual plugin makes one mailbox of them, in a hidden namespace of the
   session's own, and Dovecot is handed that one where it asks for INBOX. It lists the
   messages and reads them, and nothing else: each change is made to the real message,
   INBOX's in the transaction of INBOX that belongs to the virtual one, so that all that
   watches or protects a mailbox sees it, and others' as pop3-folders-changes.h says.
   QUIT syncs INBOX; the virtual one is synced when it is opened. So its index, which
   lies beside those of INBOX, is a cache: sessions with other lists of mailboxes may
   change it meanwhile. */

/* A real mailbox of the maildrop. */
struct pop3_folder {
	struct mailbox *box;
	const char *name;
	/* in hexadecimal digits, once it is listed */
	const char *guid;
	bool is_inbox;
	/* it can't be opened, and is left out; or the login fails by it */
	bool failed, away;
	/* when it was looked at whether it is replaced, and what was seen */
	struct timeval checked;
	bool replaced;
	/* the folder that it had when it was listed; st_ino is 0 if it had none */
	struct stat st;

	/* What the virtual mailbox knows of it, 0 if that is nothing: by which number,
	   and of which UIDs. */
	uint32_t id, uidvalidity, next_uid;
};
ARRAY_DEFINE_TYPE(pop3_folder, struct pop3_folder *);

struct pop3_folders {
	union mail_user_module_context module_ctx;

	struct client *client;
	struct mail_user *user;
	/* the owner might have chosen other mailboxes, and has not */
	bool unwanted;
	/* of all mailboxes that it is to have */
	ARRAY_TYPE(const_string) names;
	/* why they can't be found, for now, or NULL: the session fails */
	const char *error;
	/* NULL if the session has INBOX alone */
	struct mail_namespace *ns;
	/* the virtual mailbox, once Dovecot has asked for INBOX, and whether it looks for
	   messages now */
	struct mailbox *box;
	bool syncing;
	/* their unique IDs, and what becomes of those that can't be had */
	struct pop3_folders_uidl *uidl;
	struct pop3_folders_failure *failure;
	/* the real ones, from the opening of the virtual one on */
	ARRAY_TYPE(pop3_folder) all;
	/* what is to be changed outside INBOX, see pop3-folders-changes.h */
	ARRAY(struct pop3_mark) changes;

	/* of the virtual mailbox, once it is listed */
	uint32_t ext_id;
	/* the one that was found last: messages of a mailbox come together */
	struct pop3_folder *found;
};

/* Attaches it to the user. */
void pop3_folders_set(struct mail_user *user, struct pop3_folders *folders);
/* Returns what was attached, or NULL. */
struct pop3_folders *pop3_folders_get_created(struct mail_user *user);
/* Returns it if the policy asks for other mailboxes than INBOX, else NULL. The session may
   have INBOX alone nevertheless. */
struct pop3_folders *pop3_folders_get_wanted(struct mail_user *user);
/* Returns the maildrop of several mailboxes, NULL if the session has INBOX alone. To be
   asked once the namespaces are there. */
struct pop3_folders *pop3_folders_get(struct mail_user *user);

/* Returns the folder whose mailbox this is, or which has this name, or NULL. */
struct pop3_folder *
pop3_folders_find(const struct pop3_folders *folders, const struct mailbox *box);
struct pop3_folder *
pop3_folders_find_name(const struct pop3_folders *folders, const char *name);

/* Returns TRUE if the mailbox is the session's INBOX: the real one, which is the first
   that a session without folders allocates. */
bool pop3_folders_is_inbox(const struct mailbox *box);
/* Returns TRUE if the mailbox is what Dovecot opens as the maildrop, which is the first
   mailbox that it allocates for that. */
bool pop3_folders_is_maildrop(const struct mailbox *box);

/* Reads what the virtual mailbox says of the real ones. Returns FALSE, and nothing is
   known, if its index is not as the virtual plugin writes it. */
bool pop3_folders_map_read(struct pop3_folders *folders,
			   struct mail_index_view *view);
/* Returns the folder and the UID of a message by its sequence in the view of the
   virtual mailbox, or NULL. */
struct pop3_folder *
pop3_folders_map_find(struct pop3_folders *folders,
		      struct mail_index_view *view, uint32_t seq,
		      uint32_t *uid_r);

/* Returns the real message behind a message of the maildrop: that itself where INBOX is
   all. NULL if it is gone, or its mailbox is. It lives as long as the other. */
struct mail *pop3_folders_real_mail(struct mail *mail);
/* Returns the folder and the UID of a message of the maildrop that has no real message behind
   it because its mailbox, which is not INBOX, is replaced; else NULL. */
struct pop3_folder *
pop3_folders_find_replaced(struct mail *mail, uint32_t *uid_r);
/* Returns TRUE if the mailbox, which is not INBOX, is not the one any more that the session
   has opened: it has been deleted or renamed, and another one may have its name. */
bool pop3_folder_is_replaced(const struct pop3_folder *folder);

#endif
