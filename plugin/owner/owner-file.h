/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_OWNER_FILE_H
#define COEXIST_OWNER_FILE_H

#include "policy-owner.h"

struct mail_user;

/* The owner's choices, as they are kept: lines <key>=@<Unix time> <value> in the file
   dovecot-coexist.choices of the control root (index-root.h), with the mail. The time
   is that of the choice, by which dsync knows which of two is newer; without one it is
   the file's. What has no value is not chosen any more. Needs the user's namespaces.

   Who reads the mailbox may be able to write there without us. So the file is read as
   a stranger's: a link, a FIFO, a large or another file is none, and each value is
   judged whenever it is read. */

#define COEXIST_OWNER_FILE_NAME "dovecot-coexist.choices"
/* In bytes: of a value, and of the file, in which each key has such a value. */
#define COEXIST_OWNER_VALUE_MAX 1024
#define COEXIST_OWNER_FILE_MAX (32 * 1024)

struct coexist_owner_choices {
	/* by openable key, from the pool; NULL for what was not chosen */
	const char *texts[COEXIST_OPENABLE_COUNT];
	/* when they were chosen */
	time_t times[COEXIST_OPENABLE_COUNT];
};

/* Returns TRUE if the value can be kept: UTF-8 without control characters, and not too
   long. */
bool coexist_owner_value_is_clean(const char *value);

/* Reads the choices. Returns FALSE if nothing is chosen, as where is no file. What is
   no file of ours, or has lines in it that are none of ours, is logged once, and what
   can be read of it counts. */
bool coexist_owner_file_read(struct mail_user *user, pool_t pool,
			     struct coexist_owner_choices *choices_r);

/* Changes what was chosen for the keys of the set, NULL choosing nothing: all of it, or
   nothing. Returns 0, or -1 and an error for the log. */
int coexist_owner_file_change(struct mail_user *user, coexist_openable_set changed,
			      const struct coexist_owner_choices *choices,
			      const char **error_r);

#endif
