/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in index-root.h. */

#include "lib.h"
#include "index-root.h"
#include "file-create-locked.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "mailbox-list-private.h"

static void mode_get(struct mailbox_list *list, struct coexist_state_mode *mode)
{
	struct mailbox_permissions perm;

	mailbox_list_get_root_permissions(list, &perm);
	mode->mode = perm.file_create_mode;
	mode->gid = perm.file_create_gid;
	mode->gid_origin = perm.file_create_gid_origin;
	mode->nfs_flush = list->mail_set->mail_nfs_storage;
	mode->use_excl_lock = list->mail_set->dotlock_use_excl;
}

static bool
folder_find(struct coexist_index_root *root, enum mailbox_list_path_type type)
{
	root->path_type = type;
	return mailbox_list_get_root_path(root->list, type, &root->folder);
}

static bool
root_find(struct mail_user *user, enum mailbox_list_path_type type,
	  struct coexist_index_root *root_r)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->namespaces);

	i_zero(root_r);
	root_r->list = ns->list;
	if (!folder_find(root_r, type) &&
	    !folder_find(root_r, MAILBOX_LIST_PATH_TYPE_DIR))
		return FALSE;
	mode_get(ns->list, &root_r->mode);
	return TRUE;
}

bool coexist_index_root_try_find(struct mail_user *user,
				 struct coexist_index_root *root_r)
{
	return root_find(user, MAILBOX_LIST_PATH_TYPE_INDEX, root_r);
}

bool coexist_control_root_try_find(struct mail_user *user,
				   struct coexist_index_root *root_r)
{
	return root_find(user, MAILBOX_LIST_PATH_TYPE_CONTROL, root_r);
}

/* Which modes files get there is not asked: a session that only looks would pay for
   that more than for the look. */
static const char *
folder_get(struct mail_user *user, enum mailbox_list_path_type type)
{
	struct mailbox_list *list =
		mail_namespace_find_inbox(user->namespaces)->list;
	const char *folder;

	return mailbox_list_get_root_path(list, type, &folder) ||
		mailbox_list_get_root_path(list, MAILBOX_LIST_PATH_TYPE_DIR,
					   &folder) ? folder : NULL;
}

const char *coexist_index_root_folder(struct mail_user *user)
{
	return folder_get(user, MAILBOX_LIST_PATH_TYPE_INDEX);
}

const char *coexist_control_root_folder(struct mail_user *user)
{
	return folder_get(user, MAILBOX_LIST_PATH_TYPE_CONTROL);
}

bool coexist_index_root_find(struct mail_user *user, const char *file_name,
			     struct coexist_index_root *root_r)
{
	if (coexist_index_root_try_find(user, root_r))
		return TRUE;
	e_warning(user->event, "coexist: There is no folder for %s", file_name);
	return FALSE;
}

int coexist_index_root_create(const struct coexist_index_root *root,
			      const char **error_r)
{
	return mailbox_list_try_mkdir_root(root->list, root->folder,
		(enum mailbox_list_path_type)root->path_type, error_r);
}

int coexist_index_root_lock(struct mail_user *user, const char *file_name,
			    struct file_lock **lock_r, const char **error_r)
{
	struct coexist_index_root root;
	struct file_create_settings set = {
		.lock_settings = {
			.lock_method = FILE_LOCK_METHOD_FCNTL,
			.close_on_free = TRUE,
			.unlink_on_free = TRUE
		}
	};
	bool created;

	if (!coexist_index_root_find(user, file_name, &root)) {
		*error_r = "There is no folder";
		return -1;
	}
	set.mode = (int)root.mode.mode;
	set.gid = root.mode.gid;
	set.gid_origin = root.mode.gid_origin;
	if (file_create_locked(t_strconcat(root.folder, "/", file_name, NULL),
			       &set, lock_r, &created, error_r) >= 0)
		return 1;
	return errno == EAGAIN ? 0 : -1;
}
