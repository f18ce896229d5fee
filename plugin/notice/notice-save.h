/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_NOTICE_SAVE_H
#define COEXIST_NOTICE_SAVE_H

struct coexist_notice_place;
struct mailbox;

/* Saves the message of a notice into INBOX, which is opened if need be, in a
   transaction of its own: over quota too, and without a notification, as a mail
   that dsync brings. There must be no transaction of the INBOX that writes.
   Returns 0 and where the message is, its UID being 0 if the storage does not say;
   or -1 with the error in the mailbox. */
int coexist_notice_save(struct mailbox *inbox, const string_t *message,
			struct coexist_notice_place *place_r);

#endif
