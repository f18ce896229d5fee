/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_UNTIL_NOTICE_H
#define COEXIST_UNTIL_NOTICE_H

struct mail_user;

/* The notices of until_notice: a session of a protocol that ends (P_until) tells the
   owner so, when it is over, once for each step that has come. So who does not use
   the protocol is not told, there is no need of a list of users, and no login waits.

   The mailbox's state has what was told: pop3_until_told=<day of the end> <step>, the
   step in seconds. */

/* To be called when the user is created and has a policy. */
void coexist_until_notice_user_created(struct mail_user *user);

#endif
