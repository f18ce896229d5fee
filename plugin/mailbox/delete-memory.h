#ifndef COEXIST_DELETE_MEMORY_H
#define COEXIST_DELETE_MEMORY_H

#include "coexist/policy-keys.h"

struct mail_user;

/* What a mailbox's pop3_delete was, for sessions whose policy documents can't be
   read and of which nothing else is known (coexist_session_policy_is_partial): what
   was moved or hidden so far must not be expunged then. In dovecot-coexist.state:

     pop3_delete=trash

   Needs the user's namespaces. */

/* Remembers the policy's pop3_delete, if messages are kept by it. It is not
   forgotten when they are not any more: they are kept while nobody knows. */
void coexist_delete_remember(struct mail_user *user);
/* Returns what was remembered, EXPUNGE if nothing was. */
enum coexist_delete coexist_delete_recall(struct mail_user *user);

#endif
