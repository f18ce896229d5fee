/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_MAILBOX_GUIDS_H
#define COEXIST_MAILBOX_GUIDS_H

struct mail_user;
struct mailbox;

/* The GUIDs of all mailboxes of the user's own, but for virtual ones. */

/* Called for each mailbox, which is not opened, with its GUID in hexadecimal digits. Returns
   TRUE if it is the one that was looked for. */
typedef bool coexist_mailbox_guid_func_t(struct mailbox *box, const char *guid,
					 void *context);

/* Calls the function until it returns TRUE. Returns 1 then, 0 if it never does, or -1 if there
   are mailboxes that it could not be asked about. */
int coexist_mailbox_guids_find(struct mail_user *user,
			       coexist_mailbox_guid_func_t *func,
			       void *context);

#endif
