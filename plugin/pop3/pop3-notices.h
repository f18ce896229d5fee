/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_NOTICES_H
#define COEXIST_POP3_NOTICES_H

struct mailbox;

/* The clean-up of replaced notices at the start of a POP3 session
   (coexist_notice_tidy()): they leave when Dovecot opens the maildrop, before the
   messages are listed. */

/* Hook for every mailbox of a process that handles POP3. */
void pop3_notices_mailbox_allocated(struct mailbox *box);

#endif
