/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_INDEX_ROOT_H
#define COEXIST_INDEX_ROOT_H

#include "state-file.h"

struct file_lock;
struct mail_user;
struct mailbox_list;

/* The index root: the folder for files about a user's mailbox that are no mail. It
   is that of the indexes of INBOX's namespace, or that of the mails themselves if
   the indexes are in memory. */
struct coexist_index_root {
	struct mailbox_list *list;
	/* an enum mailbox_list_path_type */
	int path_type;
	const char *folder;
	/* how files are made there */
	struct coexist_state_mode mode;
};

/* Finds the index root, on the data stack. Needs the user's namespaces. Returns
   FALSE if there is none, after logging that the file has no place. */
bool coexist_index_root_find(struct mail_user *user, const char *file_name,
			     struct coexist_index_root *root_r);
/* Finds the index root for a caller to whom a missing one is no failure: nothing
   is logged. */
bool coexist_index_root_try_find(struct mail_user *user,
				 struct coexist_index_root *root_r);
/* The same for files that can't be made anew out of the mails: in the control root,
   where Dovecot keeps such files of its own. */
bool coexist_control_root_try_find(struct mail_user *user,
				   struct coexist_index_root *root_r);
/* Return the folder of the index root or of the control root alone, which costs less,
   or NULL. */
const char *coexist_index_root_folder(struct mail_user *user);
const char *coexist_control_root_folder(struct mail_user *user);
/* Makes the folder. Returns 0, or -1 and an error. */
int coexist_index_root_create(const struct coexist_index_root *root,
			      const char **error_r);

/* Locks a lock file in the index root, without waiting. Returns 1 and the lock,
   which removes the file when it is freed; 0 if somebody else has the lock; or -1
   and an error. */
int coexist_index_root_lock(struct mail_user *user, const char *file_name,
			    struct file_lock **lock_r, const char **error_r);

#endif
