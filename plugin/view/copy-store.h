/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COPY_STORE_H
#define COEXIST_COPY_STORE_H

#include "copy-memory.h"

struct mail_user;

/* Where the memory of copies (copy-memory.h) lies: the file dovecot-coexist.copies in the
   index root (index-root.h). */

#define COEXIST_COPY_FILE_NAME "dovecot-coexist.copies"

/* Reads the memory to the data stack; it is empty if there is none. Returns 0, or -1 after
   logging that it can't be read: what is found then must not be noted. */
int coexist_copy_memory_read(struct mail_user *user,
			     ARRAY_TYPE(coexist_copy_folder) *folders_r);
/* Remembers what a session has found in these mailboxes, and in no others. Failures are
   logged. */
void coexist_copy_memory_note(struct mail_user *user,
			      const ARRAY_TYPE(coexist_copy_folder) *found);
/* Forgets mailboxes that there are no more, by their GUIDs. Returns 0 or -1, after logging a
   warning. */
int coexist_copy_memory_forget(struct mail_user *user,
			       const ARRAY_TYPE(const_string) *gone);

#endif
