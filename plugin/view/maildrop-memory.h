/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_MAILDROP_MEMORY_H
#define COEXIST_MAILDROP_MEMORY_H

#include "array-decl.h"

struct coexist_view_known;
struct mail_user;

/* The memory of which mailboxes POP3's maildrop had besides INBOX, and up to which
   message each was listed: a mailbox that has been out of the maildrop for a session
   comes back without what had been listed of it (view-memory.h has why).

   It is the file dovecot-coexist.folders in the index root (index-root.h). That there is
   one is a line of the mailbox's state. Mailboxes are known by their GUIDs, so they may
   be renamed. One that was removed is out until a reset of the view, or until very many are
   out: then it is forgotten, with the file of its view (view-store.h). */

#define COEXIST_MAILDROP_FILE_NAME "dovecot-coexist.folders"

struct coexist_maildrop_folder {
	/* in hexadecimal digits */
	const char *guid;
	uint32_t uidvalidity;
	/* messages with UIDs up to this one were listed, or kept back by a filter */
	uint32_t known_uid;
	/* the last session did not list it */
	bool out;
};
ARRAY_DEFINE_TYPE(coexist_maildrop_folder, struct coexist_maildrop_folder);

/* Returns TRUE if the state's text says that there is a memory, or that there may be one. */
bool coexist_maildrop_memory_exists(const char *state);

/* Reads the memory to the data stack; it is empty if there is none, or if it is not as we
   write it, which is logged. Returns 0, or -1 after logging a warning if there is one that
   can't be read: nothing may be listed then (view-store.h). */
int coexist_maildrop_memory_read(struct mail_user *user,
				 ARRAY_TYPE(coexist_maildrop_folder) *folders_r);
/* Sets what is known of a mailbox. */
void coexist_maildrop_memory_recall(
	const ARRAY_TYPE(coexist_maildrop_folder) *folders, const char *guid,
	uint32_t uidvalidity, struct coexist_view_known *known_r);
/* Forgets of these mailboxes that they have been out; and of those that are gone, which may be
   none, all that is known, and their views. Returns 0 or -1, after logging a warning. */
int coexist_maildrop_memory_return(struct mail_user *user,
				   const ARRAY_TYPE(const_string) *guids,
				   const ARRAY_TYPE(const_string) *gone);

/* Remembers that a session listed these mailboxes, and no others. Returns 0, also if
   there was nothing new to remember, or -1 after logging a warning. */
int coexist_maildrop_memory_note(struct mail_user *user,
	const ARRAY_TYPE(coexist_maildrop_folder) *listed);
/* Returns TRUE if that would change the memory, which was read before. */
bool coexist_maildrop_memory_would_change(
	const ARRAY_TYPE(coexist_maildrop_folder) *folders,
	const ARRAY_TYPE(coexist_maildrop_folder) *listed);

/* The pure part: reads what is written. Returns FALSE, and what could be read, if it
   is not as we write it. */
bool coexist_maildrop_memory_parse(const char *text,
	ARRAY_TYPE(coexist_maildrop_folder) *folders);
const char *coexist_maildrop_memory_format(
	const ARRAY_TYPE(coexist_maildrop_folder) *folders);
/* Merges what was listed into the memory. Returns TRUE if that changes it. */
bool coexist_maildrop_memory_merge(
	ARRAY_TYPE(coexist_maildrop_folder) *folders,
	const ARRAY_TYPE(coexist_maildrop_folder) *listed);

#endif
