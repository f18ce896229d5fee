/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-folders-place.h. */

#include "lib.h"
#include "pop3-folders-place.h"
#include "array.h"
#include "hostpid.h"
#include "mail-user.h"
#include "mailbox-list-private.h"
#include "mkdir-parents.h"
#include "randgen.h"
#include "str.h"
#include "unlink-directory.h"
#include "write-full.h"
#include "index-root.h"
#include "small-file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_NAME "dovecot-coexist.maildrop"
#define DEFINITION_NAME "dovecot-virtual"

/* A name of 200 mailboxes, each of which may have 4 kB. */
#define DEFINITION_MAX_SIZE (1024 * 1024)

/* Whether a folder in the index root may be listed as a mailbox. With Maildir++ the name
   of a mailbox' folder begins with a dot; with the layout fs it is one like others,
   unless mailboxes have a folder of their own in the root, as those of dbox have. */
static bool is_listed(const struct coexist_index_root *root)
{
	const char *mails, *mailboxes;

	return strcmp(root->list->name, MAILBOX_LIST_NAME_FS) == 0 &&
		(!mailbox_list_get_root_path(root->list,
				MAILBOX_LIST_PATH_TYPE_DIR, &mails) ||
		 !mailbox_list_get_root_path(root->list,
				MAILBOX_LIST_PATH_TYPE_MAILBOX, &mailboxes) ||
		 strcmp(mails, mailboxes) == 0);
}

static int folder_make(const char *path, mode_t mode, gid_t gid,
		       const char *gid_origin, const char **error_r)
{
	if (mkdir_parents_chgrp(path, mode, gid, gid_origin) < 0 &&
	    errno != EEXIST) {
		*error_r = t_strdup_printf("mkdir(%s) failed: %m", path);
		return -1;
	}
	return 0;
}

static const char *mailbox_folder(const struct pop3_folders_place *place)
{
	return t_strconcat(place->folder, "/"POP3_FOLDERS_MAILBOX, NULL);
}

static const char *definition_path(const struct pop3_folders_place *place)
{
	return t_strconcat(mailbox_folder(place), "/"DEFINITION_NAME, NULL);
}

static int access_check(const char *path, const char **error_r)
{
	if (faccessat(AT_FDCWD, path, R_OK | W_OK | X_OK, AT_EACCESS) == 0)
		return 0;
	*error_r = t_strdup_printf("access(%s) failed: %m", path);
	return -1;
}

static int root_make(struct mail_user *user,
		     const struct coexist_index_root *root,
		     struct pop3_folders_place *place_r, const char **error_r)
{
	struct mailbox_permissions perm;
	const char *path;
	struct stat st;

	place_r->folder = p_strconcat(user->pool, root->folder, "/"FOLDER_NAME,
				      NULL);
	path = mailbox_folder(place_r);
	if (stat(path, &st) == 0)
		return access_check(path, error_r);
	if (coexist_index_root_create(root, error_r) < 0)
		return -1;
	mailbox_list_get_root_permissions(root->list, &perm);
	return folder_make(path, perm.dir_create_mode, perm.file_create_gid,
			   perm.file_create_gid_origin, error_r);
}

static int temporary_make(struct mail_user *user,
			  struct pop3_folders_place *place_r,
			  const char **error_r)
{
	string_t *path = t_str_new(128);

	mail_user_set_get_temp_prefix(path, user->set);
	str_printfa(path, "coexist.%s.%08x%08x", my_pid, i_rand(), i_rand());
	if (mkdir(str_c(path), 0700) < 0) {
		*error_r = t_strdup_printf("mkdir(%s) failed: %m", str_c(path));
		return -1;
	}
	place_r->folder = p_strdup(user->pool, str_c(path));
	place_r->is_temporary = TRUE;
	return folder_make(mailbox_folder(place_r), 0700, (gid_t)-1, NULL,
			   error_r);
}

/* A plus sign before each name, which else might begin with a sign that means
   something; it is about \Recent, see pop3_folders_mailbox_allocated(). An asterisk or
   percent sign in a name makes a pattern of it. That finds the mailbox of this name,
   too, and each mailbox that is not in the list is kept out when it is allocated. */
static const char *definition(const ARRAY_TYPE(const_string) *names)
{
	string_t *text = t_str_new(1024);
	const char *name;

	array_foreach_elem(names, name) {
		str_printfa(text, "+%s\n", name);
	}
	str_append(text, "  all\n");
	return str_c(text);
}

static int file_write(int fd, const char *path, const char *text,
		      const char **error_r)
{
	int ret = write_full(fd, text, strlen(text));

	if (ret < 0)
		*error_r = t_strdup_printf("write(%s) failed: %m", path);
	if (close(fd) < 0 && ret == 0) {
		*error_r = t_strdup_printf("close(%s) failed: %m", path);
		ret = -1;
	}
	return ret;
}

/* Replaces the file as a whole: another session may be reading it. */
static int file_replace(const char *path, mode_t mode, const char *text,
			const char **error_r)
{
	const char *temp = t_strdup_printf("%s.%s.%s", path, my_hostname,
					   my_pid);
	int fd;

	(void)unlink(temp);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL, mode);
	if (fd == -1) {
		*error_r = t_strdup_printf("open(%s) failed: %m", temp);
		return -1;
	}
	if (file_write(fd, temp, text, error_r) == 0) {
		if (rename(temp, path) == 0)
			return 0;
		*error_r = t_strdup_printf("rename(%s) failed: %m", path);
	}
	(void)unlink(temp);
	return -1;
}

/* Returns TRUE if the mailbox is defined so, and notes by which file. */
static bool
is_defined_as(struct pop3_folders_place *place, const char *path,
	      const char *text)
{
	const char *before, *error;

	return stat(path, &place->definition) == 0 &&
		coexist_small_file_read_up_to(path, DEFINITION_MAX_SIZE,
					      &before, &error) > 0 &&
		strcmp(before, text) == 0;
}

int pop3_folders_place_define(struct mail_user *user,
			      struct pop3_folders_place *place,
			      const ARRAY_TYPE(const_string) *names,
			      const char **error_r)
{
	const char *path = definition_path(place), *text = definition(names);
	struct coexist_index_root root;
	mode_t mode = 0600;

	if (is_defined_as(place, path, text))
		return 0;
	if (!place->is_temporary && coexist_index_root_try_find(user, &root))
		mode = root.mode.mode;
	if (file_replace(path, mode, text, error_r) < 0)
		return -1;
	if (is_defined_as(place, path, text))
		return 0;
	*error_r = t_strdup_printf("%s is another session's", path);
	return -1;
}

/* A file that replaces another one may get its number, and has another time then. */
bool pop3_folders_place_is_defined(const struct pop3_folders_place *place)
{
	const struct stat *before = &place->definition;
	struct stat st;

	return stat(definition_path(place), &st) == 0 &&
		st.st_ino == before->st_ino && st.st_dev == before->st_dev &&
		st.st_ctim.tv_sec == before->st_ctim.tv_sec &&
		st.st_ctim.tv_nsec == before->st_ctim.tv_nsec;
}

static bool
root_find(struct mail_user *user, struct coexist_index_root *root_r)
{
	return coexist_index_root_try_find(user, root_r) &&
		root_r->path_type == MAILBOX_LIST_PATH_TYPE_INDEX &&
		!is_listed(root_r);
}

/* What makes logins slow is better than what makes them fail. */
int pop3_folders_place_make(struct mail_user *user,
			    const ARRAY_TYPE(const_string) *names,
			    struct pop3_folders_place *place_r,
			    const char **error_r)
{
	struct coexist_index_root root;

	i_zero(place_r);
	if (root_find(user, &root)) {
		if (root_make(user, &root, place_r, error_r) == 0 &&
		    pop3_folders_place_define(user, place_r, names,
					      error_r) == 0)
			return 0;
		e_warning(user->event, "coexist: The index of pop3_folders is "
			  "made anew for each session: %s", *error_r);
	}
	if (temporary_make(user, place_r, error_r) < 0)
		return -1;
	return pop3_folders_place_define(user, place_r, names, error_r);
}

void pop3_folders_place_remove(struct mail_user *user,
			       struct pop3_folders_place *place)
{
	const char *error;

	if (!place->is_temporary)
		return;
	place->is_temporary = FALSE;
	if (unlink_directory(place->folder, UNLINK_DIRECTORY_FLAG_RMDIR,
			     &error) < 0)
		e_warning(user->event, "coexist: %s", error);
}
