/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_RETENTION_MEMORY_H
#define COEXIST_RETENTION_MEMORY_H

#include "retention-brake.h"

struct mail_user;

/* The memory of retention in dovecot-coexist.state:

     retention_days=30        pop3_keep_days of the last run, 0 if it was off
     retention_deletes=yes    what is due goes for good; no: it is moved
     retention_told=TIME      when the owner was told, 0 if nothing waits
     retention_until=TIME     until when messages wait
     retention_count=12       how many the owner was told of

   Needs the user's namespaces. */

/* Reads the memory, which is empty if a line is missing or not as we write it. */
void coexist_retention_memory_read(struct mail_user *user,
				   struct coexist_brake_state *state_r);
/* Returns 0, or -1 and an error. */
int coexist_retention_memory_write(struct mail_user *user,
				   const struct coexist_brake_state *state,
				   const char **error_r);

/* Remembers, of a mailbox without pop3_keep_days whose state has this text, that it
   has none: when it has one again, that is new. For POP3 sessions: without these
   nothing is downloaded meanwhile. A failure is logged. */
void coexist_retention_memory_forget(struct mail_user *user, const char *text);

#endif
