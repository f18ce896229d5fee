/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in mailbox-state.h. */

#include "lib.h"
#include "mailbox-state.h"
#include "index-root.h"
#include "mail-storage-private.h"
#include "small-file.h"
#include "state-file.h"

static const char *state_path(const struct coexist_index_root *root)
{
	return t_strconcat(root->folder, "/"COEXIST_STATE_FILE_NAME, NULL);
}

int coexist_mailbox_state_read(struct mail_user *user, const char **text_r)
{
	struct coexist_index_root root;
	const char *error;

	*text_r = "";
	if (!coexist_index_root_find(user, COEXIST_STATE_FILE_NAME, &root))
		return -1;
	if (coexist_small_file_read(state_path(&root), text_r, &error) < 0) {
		e_warning(user->event, "coexist: %s", error);
		*text_r = "";
		return -1;
	}
	return 0;
}

bool coexist_mailbox_state_has(struct mail_user *user, const char *name)
{
	struct coexist_index_root root;
	const char *text, *error;

	return coexist_index_root_try_find(user, &root) &&
		coexist_small_file_read(state_path(&root), &text, &error) > 0 &&
		coexist_state_text_get(text, name) != NULL;
}

static int
state_update(const struct coexist_index_root *root,
	     coexist_state_file_decide_t *decide, void *context,
	     const char **error_r)
{
	const char *path = state_path(root);

	if (coexist_state_file_update(path, &root->mode, decide, context,
				      error_r) == 0)
		return 0;
	/* nothing was stored in this mailbox yet */
	if (errno != ENOENT || coexist_index_root_create(root, error_r) < 0)
		return -1;
	return coexist_state_file_update(path, &root->mode, decide, context,
					 error_r);
}

int coexist_mailbox_state_update(struct mail_user *user,
			 coexist_state_file_decide_t *decide, void *context)
{
	struct coexist_index_root root;
	const char *error;

	if (!coexist_index_root_find(user, COEXIST_STATE_FILE_NAME, &root))
		return -1;
	if (state_update(&root, decide, context, &error) < 0) {
		e_warning(user->event, "coexist: %s", error);
		return -1;
	}
	return 0;
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
	return state_update(&root, coexist_state_file_decide_values, &set,
			    error_r);
}
