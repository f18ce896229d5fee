/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in mailbox-failure.h. */

#include "lib.h"
#include "mailbox-failure.h"
#include "mail-storage-private.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* What Dovecot has to use in the folder of a mailbox, of its index or of its control
   files. One that root has written is the usual accident. */
static const char *const used[] = {
	"cur", "new", "dovecot-uidlist", "dovecot-keywords", "dovecot.index",
	"dovecot.index.log"
};

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Returns TRUE if the operating system forbids it. An error of the disk or of a remote
   file system passes. */
static bool is_forbidden(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS) < 0 &&
		(errno == EACCES || errno == EPERM || errno == ENOTDIR ||
		 errno == EROFS || errno == ELOOP);
}

/* Returns the folder in which what is not there would have to be made. */
static const char *existing_parent(const char *path)
{
	const char *slash;

	while ((slash = strrchr(path, '/')) != NULL && slash != path) {
		path = t_strdup_until(path, slash);
		if (access(path, F_OK) == 0 || errno != ENOENT)
			return path;
	}
	return "/";
}

static bool folder_is_forbidden(const char *path)
{
	unsigned int i;

	if (is_forbidden(path, R_OK | W_OK | X_OK))
		return TRUE;
	for (i = 0; i < N_ELEMENTS(used); i++) {
		if (is_forbidden(t_strconcat(path, "/", used[i], NULL),
				 R_OK | W_OK))
			return TRUE;
	}
	return FALSE;
}

/* A mailbox is a folder, but an mbox is a file. */
static bool path_is_forbidden(const char *path)
{
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return is_forbidden(existing_parent(path), W_OK | X_OK);
	return is_folder(path) ? folder_is_forbidden(path) :
		is_forbidden(path, R_OK);
}

/* Returns TRUE if the operating system does not let us have the mailbox, and no ACL. */
static bool is_unreachable(struct mailbox *box)
{
	static const enum mailbox_list_path_type types[] = {
		MAILBOX_LIST_PATH_TYPE_MAILBOX, MAILBOX_LIST_PATH_TYPE_INDEX,
		MAILBOX_LIST_PATH_TYPE_CONTROL
	};
	const char *path;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(types); i++) {
		if (mailbox_get_path_to(box, types[i], &path) > 0 &&
		    path_is_forbidden(path))
			return TRUE;
	}
	return FALSE;
}

enum coexist_mailbox_failure
coexist_mailbox_failure_get(struct mailbox *box, enum mail_error error)
{
	if (error == MAIL_ERROR_NOTFOUND)
		return COEXIST_MAILBOX_ABSENT;
	/* an ACL denies the opening */
	if (error == MAIL_ERROR_PERM && !box->opened && !is_unreachable(box))
		return COEXIST_MAILBOX_ABSENT;
	return error == MAIL_ERROR_PERM || error == MAIL_ERROR_NOTPOSSIBLE ||
		error == MAIL_ERROR_PARAMS || is_unreachable(box) ?
		COEXIST_MAILBOX_UNUSABLE : COEXIST_MAILBOX_AWAY;
}
