/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_DOWNLOAD_COPIED_H
#define COEXIST_DOWNLOAD_COPIED_H

struct mail_user;
struct mailbox;

/* The time of a download by POP3 on another node, of which dsync copies the keyword and
   no record (download-time.h): a message of INBOX that gets $POP3Downloaded by dsync
   counts as downloaded now. Without that it would count as downloaded when it was
   saved, which may be long before, and would be due too early.

   A message that comes with the keyword gets no time. So retention counts from its save
   date, as it does where an index was lost: a mailbox that moves to another host does
   not begin to wait once more. */

/* Adds the hook to users of doveadm, as whom dsync runs, who have pop3_keep_days or may
   choose it. */
void coexist_download_copied_user_created(struct mail_user *user);
/* Hook. */
void coexist_download_copied_mailbox_allocated(struct mailbox *box);

#endif
