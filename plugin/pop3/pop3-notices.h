#ifndef COEXIST_POP3_NOTICES_H
#define COEXIST_POP3_NOTICES_H

struct mailbox;

/* A POP3 session begins without the notices that were replaced since the last
   one: see coexist_notice_tidy(). It is done when Dovecot opens the maildrop,
   before it lists the messages. */

/* Hook for every mailbox of a process that handles POP3. */
void pop3_notices_mailbox_allocated(struct mailbox *box);

#endif
