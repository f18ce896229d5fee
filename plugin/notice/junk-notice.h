/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_JUNK_NOTICE_H
#define COEXIST_JUNK_NOTICE_H

struct mail_user;

/* The notice of junk_notice: who reads the mailbox by POP3 alone never sees the
   mailbox for junk, and is told when something new is there, once in an interval.
   The POP3 session looks when it is over, so that nobody waits. */

/* To be called when the user is created and has a policy. */
void coexist_junk_notice_user_created(struct mail_user *user);

#endif
