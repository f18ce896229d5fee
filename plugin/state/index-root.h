#ifndef COEXIST_INDEX_ROOT_H
#define COEXIST_INDEX_ROOT_H

#include "state-file.h"

struct file_lock;
struct mail_user;
struct mailbox_list;

/* Where files about a user's mailbox are that are no mail: the folder of the
   indexes of INBOX's namespace, or of the mails themselves if the indexes are in
   memory. */
struct coexist_index_root {
	struct mailbox_list *list;
	/* what kind of folder it is */
	int path_type;
	const char *folder;
	/* how files are made there */
	struct coexist_state_mode mode;
};

/* Needs the user's namespaces. The result is on the data stack. Returns FALSE if
   there is no such folder, after logging that the file has no place. */
bool coexist_index_root_find(struct mail_user *user, const char *file_name,
			     struct coexist_index_root *root_r);
/* The same for one to whom it is no failure: nothing is logged. */
bool coexist_index_root_try_find(struct mail_user *user,
				 struct coexist_index_root *root_r);
/* Makes the folder. Returns 0, or -1 and an error. */
int coexist_index_root_create(const struct coexist_index_root *root,
			      const char **error_r);

/* Locks a file there, without waiting. Returns 1 and the lock, which removes the
   file when it is freed; 0 if somebody else has it; or -1 and an error. */
int coexist_index_root_lock(struct mail_user *user, const char *file_name,
			    struct file_lock **lock_r, const char **error_r);

#endif
