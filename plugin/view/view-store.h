/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_VIEW_STORE_H
#define COEXIST_VIEW_STORE_H

#include "view-memory.h"

struct mail_user;
struct mailbox;

/* Where the memory of a mailbox's POP3 view lies: the file dovecot-coexist.view in
   the index root (index-root.h). That there is one is a line of the mailbox's state,
   so a session without a filter finds out by the look that it takes anyway.

   Other mailboxes of the maildrop have one each, in a file of that name with a dot and
   the GUID of the mailbox, if a filter was ever in force.

   Needs the user's namespaces. Failures are logged as warnings. What can't be written
   is forgotten; while an error keeps from us what was written, nothing may be listed:
   all that has left would be listed again. */

#define COEXIST_VIEW_FILE_NAME "dovecot-coexist.view"

/* Returns TRUE if the state's text says that there is a memory of INBOX, or that there may be
   one. */
bool coexist_view_store_exists(const char *state);

/* Reads the memory to the data stack; it is empty if there is none, if it is not as we
   write it, or if it is of another UIDVALIDITY. guid is NULL for INBOX. Returns 0, or -1 if
   there is one that can't be read. */
int coexist_view_store_read(struct mail_user *user, const char *guid,
			    uint32_t uidvalidity,
			    struct coexist_view_memory *memory_r);

/* A change under the lock. Returns TRUE if it changes the memory. */
typedef bool coexist_view_change_t(struct coexist_view_memory *memory,
				   void *context);
/* Changes the memory. Returns 0, also if there was nothing to change, or -1; then the
   memory is as it was. */
int coexist_view_store_change(struct mail_user *user, const char *guid,
			      coexist_view_change_t *change, void *context);
/* Removes the memory of a mailbox besides INBOX. */
void coexist_view_store_remove(struct mail_user *user, const char *guid);

#endif
