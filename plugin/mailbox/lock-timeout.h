/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_LOCK_TIMEOUT_H
#define COEXIST_LOCK_TIMEOUT_H

struct mail_user;

/* The timeout of Dovecot's locks in a user's mailboxes, which is minutes, for a while: for
   who stores something while a client waits. */

/* From now on each lock is waited for by so many seconds, or fewer if the site's
   mail_max_lock_timeout says so. Mailboxes that are open already keep their timeout. */
void coexist_lock_timeout_begin(struct mail_user *user, unsigned int secs);
/* Makes it what it was. All mailboxes that were opened in between are closed. */
void coexist_lock_timeout_end(struct mail_user *user);

#endif
