/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_DELETE_MEMORY_H
#define COEXIST_DELETE_MEMORY_H

#include "coexist/policy-keys.h"

struct mail_user;

/* The memory of a mailbox's pop3_delete, for sessions whose policy documents can't
   be read (coexist_session_policy_is_partial): messages that would have been moved
   or hidden must not be expunged then. In dovecot-coexist.state:

     pop3_delete=trash

   Needs the user's namespaces. */

/* Remembers the policy's pop3_delete, if that keeps messages. Under expunge the
   memory stays as it is: messages are kept while nobody knows. */
void coexist_delete_remember(struct mail_user *user);
/* Returns what was remembered, EXPUNGE if nothing was. */
enum coexist_delete coexist_delete_recall(struct mail_user *user);

#endif
