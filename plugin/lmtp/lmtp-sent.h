/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LMTP_SENT_H
#define COEXIST_LMTP_SENT_H

struct mail_user;

/* The listener for copies of sent mail (LMTP, RFC 2033): where Postfix takes mail from
   programs, it hands a copy of each message to a service of ours, for the login that
   has sent it. That service alone has sent_copy_listener, on its command line. Nothing
   that comes by another one is taken for a copy, whatever it says of itself.

   Such a copy is no delivery: neither Sieve nor anything else that hooks deliveries
   sees it. The reply is a success whatever became of it, because Postfix would tell
   the sender of a failure, whose message has long arrived. */

/* Takes over the deliveries of a process that has the setting. */
void coexist_lmtp_sent_user_created(struct mail_user *user);
void coexist_lmtp_sent_deinit(void);

#endif
