/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_DELETE_LIMIT_H
#define COEXIST_POP3_DELETE_LIMIT_H

struct mail_user;

/* The brake of pop3_delete: a session that deletes more than the limit is held.
   Tells the log that it held so many messages, and the owner of the mailbox by a
   notice, unless the owner was told so within the last 24 hours. To be called
   after QUIT, when what was deleted is hidden. Failures are logged here. */
void pop3_delete_limit_tell(struct mail_user *user, unsigned int held,
			    unsigned int limit);

#endif
