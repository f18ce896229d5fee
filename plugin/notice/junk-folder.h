/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_JUNK_FOLDER_H
#define COEXIST_JUNK_FOLDER_H

#include "notice-variables.h"

struct mail_user;

/* The mailbox for junk (special use \Junk, RFC 6154), as far as its owner is told of
   it. */

#define COEXIST_JUNK_ROWS_MAX_COUNT 10

struct coexist_junk_folder {
	const char *name;
	uint32_t uidvalidity, uidnext;
	/* unread messages among those that were asked for */
	unsigned int count;
	/* the newest of them: the domain of who it says has sent it, and the
	   subject */
	struct coexist_notice_row rows[COEXIST_JUNK_ROWS_MAX_COUNT];
	unsigned int rows_count;
};

/* Both change nothing. Everything is on the data stack. They return 1, 0 if there is no
   such mailbox, or -1 after logging a warning. */

/* Finds where it ends, and looks at no message: none is counted. */
int coexist_junk_folder_find(struct mail_user *user,
			     struct coexist_junk_folder *folder_r);
/* Looks also for unread messages with the UID or a higher one; at all, if the
   UIDVALIDITY is another. There are no rows unless they are asked for. */
int coexist_junk_folder_look(struct mail_user *user, uint32_t uidvalidity,
			     uint32_t uid, bool with_rows,
			     struct coexist_junk_folder *folder_r);

#endif
