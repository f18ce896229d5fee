/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POP3_FOLDERS_PLACE_H
#define COEXIST_POP3_FOLDERS_PLACE_H

#include "array-decl.h"

#include <sys/stat.h>

struct mail_user;

/* The folder of the virtual mailbox that makes up a maildrop: with its definition, and
   its index. It is in the index root (index-root.h), if no IMAP client can take it for a
   mailbox there, and if it can be used; else it is a temporary folder, and the index is not
   kept. */
struct pop3_folders_place {
	const char *folder;
	bool is_temporary;
	/* the file of the definition */
	struct stat definition;
};

/* The name of the virtual mailbox. */
#define POP3_FOLDERS_MAILBOX "INBOX"

/* Finds the place, in the user's pool, makes the folder and defines the mailbox as one of
   these. Returns 0, or -1 and an error. */
int pop3_folders_place_make(struct mail_user *user,
			    const ARRAY_TYPE(const_string) *names,
			    struct pop3_folders_place *place_r,
			    const char **error_r);
/* Defines the mailbox so again, because sessions of other lists may have the same place.
   Returns 0, or -1 and an error. */
int pop3_folders_place_define(struct mail_user *user,
			      struct pop3_folders_place *place,
			      const ARRAY_TYPE(const_string) *names,
			      const char **error_r);
/* Returns TRUE if it has been defined so since then, for anybody who read it meanwhile. */
bool pop3_folders_place_is_defined(const struct pop3_folders_place *place);
/* Removes a temporary folder. */
void pop3_folders_place_remove(struct mail_user *user,
			       struct pop3_folders_place *place);

#endif
