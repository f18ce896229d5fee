/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_NOTICES_H
#define COEXIST_POP3_NOTICES_H

struct client;
struct mailbox;
struct mailbox_vfuncs;

/* The clean-up of replaced notices at the start of a POP3 session
   (coexist_notice_tidy()): they leave when Dovecot opens the maildrop, before the
   messages are listed. */

/* Called when the client has logged in. Does nothing if the policy has no
   notices. */
void pop3_notices_create(struct client *client);

/* Hook; v has the functions to override (pop3-box.h). */
void pop3_notices_mailbox_allocated(struct mailbox *box,
				    struct mailbox_vfuncs *v);

#endif
