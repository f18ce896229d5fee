/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_REFUSAL_H
#define COEXIST_POP3_REFUSAL_H

struct client;
struct mail_user;
struct mailbox;

/* The refusal of a POP3 session after its login. Ending the session where its
   client is created would crash Dovecot, and so would an error of its user with
   some plugins that have seen the user's namespaces. So a refused session gets as
   far as opening its maildrop. That fails, and Dovecot ends the session as it does
   with any mailbox that can't be opened. */

/* Answers the login with -ERR and the reason when the client is created. Nothing
   else is said any more. The error is what the log has at level Info; it lives as
   long as the user. */
void pop3_refuse(struct client *client, const char *reason, const char *error);
/* The same without an answer, which the caller gives. Any time before the
   maildrop is opened. */
void pop3_refuse_maildrop(struct mail_user *user, const char *error);

/* Hook. */
void pop3_refusal_mailbox_allocated(struct mailbox *box);

#endif
