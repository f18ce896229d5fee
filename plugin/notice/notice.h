/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_NOTICE_H
#define COEXIST_NOTICE_H

#include "notice-place.h"
#include "notice-text.h"

struct mail_user;
struct mailbox;

/* Notices: what the owner of a mailbox is told by a message in INBOX, or by an
   alert. */

/* Returns the user's INBOX, to be freed by mailbox_free(). Needs the user's
   namespaces. What the owner may do with it does not matter. */
struct mailbox *coexist_notice_inbox(struct mail_user *user);

/* Puts the notice into the INBOX, which need not be open, unread, in the user's
   language, also if the quota is full, and lets it replace the one before
   (notice-place.h). Nobody is notified of it, as of a mail that dsync brings.
   There must be no transaction of the INBOX that writes. Returns 0, or -1 after
   logging a warning. */
int coexist_notice_send(struct mailbox *inbox,
			const struct coexist_notice *notice,
			struct coexist_notice_place *place_r);

/* Returns the notice as the line of an alert, on the data stack: the text's alert
   in the user's language, else its subject, in ASCII; or that of the built-in
   text if ASCII has no letters for it. */
const char *coexist_notice_alert(struct mail_user *user,
				 const struct coexist_notice *notice);

#endif
