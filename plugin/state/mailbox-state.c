/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in mailbox-state.h. */

#include "lib.h"
#include "mailbox-state.h"
#include "index-root.h"
#include "mail-storage-private.h"
#include "small-file.h"
#include "state-file.h"

#include <unistd.h>

#define LOST_TEXT COEXIST_STATE_LOST"=yes\n"

static const struct coexist_mailbox_file state_file = {
	.name = COEXIST_STATE_FILE_NAME,
	.max_size = COEXIST_SMALL_FILE_MAX_SIZE,
	.lost = LOST_TEXT
};

static const char *
file_path(const char *folder, const struct coexist_mailbox_file *file)
{
	return t_strconcat(folder, "/", file->name, NULL);
}

int coexist_mailbox_file_read(struct mail_user *user,
			      const struct coexist_mailbox_file *file,
			      const char **text_r)
{
	struct coexist_index_root root;
	const char *error;
	int ret;

	*text_r = "";
	if (!coexist_index_root_find(user, file->name, &root))
		return file->is_needed ? 0 : -1;
	if (coexist_small_file_read_up_to(file_path(root.folder, file),
					  file->max_size, text_r, &error) >= 0)
		return 0;
	ret = file->is_needed && errno == EINVAL ? 0 : -1;
	e_warning(user->event, "coexist: %s", error);
	*text_r = "";
	return ret;
}

int coexist_mailbox_state_read(struct mail_user *user, const char **text_r)
{
	return coexist_mailbox_file_read(user, &state_file, text_r);
}

static int
file_update(struct coexist_index_root *root,
	    const struct coexist_mailbox_file *file,
	    coexist_state_file_decide_t *decide, void *context,
	    const char **error_r)
{
	const char *path = file_path(root->folder, file);

	root->mode.max_size = file->max_size;
	root->mode.keeps_unread = file->is_needed;
	root->mode.lost = file->lost;
	if (coexist_state_file_update(path, &root->mode, decide, context,
				      error_r) == 0)
		return 0;
	/* nothing was stored in this mailbox yet */
	if (errno != ENOENT || coexist_index_root_create(root, error_r) < 0)
		return -1;
	return coexist_state_file_update(path, &root->mode, decide, context,
					 error_r);
}

int coexist_mailbox_file_update(struct mail_user *user,
				const struct coexist_mailbox_file *file,
				coexist_state_file_decide_t *decide,
				void *context)
{
	struct coexist_index_root root;
	const char *error;

	if (!coexist_index_root_find(user, file->name, &root))
		return -1;
	if (file_update(&root, file, decide, context, &error) < 0) {
		e_warning(user->event, "coexist: %s", error);
		return -1;
	}
	return 0;
}

void coexist_mailbox_file_remove(struct mail_user *user,
				 const struct coexist_mailbox_file *file)
{
	struct coexist_index_root root;
	const char *path;

	if (!coexist_index_root_try_find(user, &root))
		return;
	path = file_path(root.folder, file);
	if (unlink(path) < 0 && errno != ENOENT)
		e_warning(user->event, "coexist: unlink(%s) failed: %m", path);
}

int coexist_mailbox_state_update(struct mail_user *user,
				 coexist_state_file_decide_t *decide, void *context)
{
	return coexist_mailbox_file_update(user, &state_file, decide, context);
}

bool coexist_mailbox_state_try_read(struct mail_user *user, const char **text_r)
{
	const char *folder = coexist_index_root_folder(user);
	const char *error;

	*text_r = "";
	if (folder == NULL)
		return FALSE;
	if (coexist_small_file_read(file_path(folder, &state_file), text_r,
				    &error) < 0)
		*text_r = LOST_TEXT;
	return TRUE;
}

const char *coexist_mailbox_state_peek(struct mail_user *user)
{
	const char *text;

	(void)coexist_mailbox_state_try_read(user, &text);
	return text;
}

bool coexist_mailbox_state_is_lost(const char *text)
{
	return coexist_state_text_get(text, COEXIST_STATE_LOST) != NULL;
}

int coexist_mailbox_state_try_update(struct mail_user *user,
				     coexist_state_file_decide_t *decide,
				     void *context, const char **error_r)
{
	struct coexist_index_root root;

	if (!coexist_index_root_try_find(user, &root))
		return 0;
	root.mode.no_wait = TRUE;
	return file_update(&root, &state_file, decide, context, error_r) == 0 ||
		errno == EAGAIN ? 0 : -1;
}

int coexist_mailbox_state_set(struct mail_user *user,
			      const struct coexist_state_value *values,
			      unsigned int count)
{
	struct coexist_state_values set = { .values = values, .count = count };

	return coexist_mailbox_state_update(user, coexist_state_file_decide_values,
					    &set);
}

int coexist_mailbox_state_try_set(struct mail_user *user,
				  const struct coexist_state_value *values,
				  unsigned int count, const char **error_r)
{
	struct coexist_state_values set = { .values = values, .count = count };
	struct coexist_index_root root;

	if (!coexist_index_root_find(user, COEXIST_STATE_FILE_NAME, &root)) {
		*error_r = "It has no folder";
		return -1;
	}
	return file_update(&root, &state_file, coexist_state_file_decide_values,
			   &set, error_r);
}
