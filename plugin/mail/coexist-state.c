/* See the contract in coexist-state.h. */

#include "lib.h"
#include "coexist-state.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "mailbox-list-private.h"
#include "state-file.h"

struct state_place {
	struct mailbox_list *list;
	enum mailbox_list_path_type type;
	const char *folder;
	const char *path;
};

static bool place_find(struct mail_user *user, struct state_place *place_r)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->namespaces);

	i_zero(place_r);
	place_r->list = ns->list;
	place_r->type = MAILBOX_LIST_PATH_TYPE_INDEX;
	if (!mailbox_list_get_root_path(ns->list, place_r->type,
					&place_r->folder)) {
		place_r->type = MAILBOX_LIST_PATH_TYPE_DIR;
		if (!mailbox_list_get_root_path(ns->list, place_r->type,
						&place_r->folder)) {
			e_warning(user->event, "coexist: There is no folder "
				  "for "COEXIST_STATE_FILE_NAME);
			return FALSE;
		}
	}
	place_r->path = t_strconcat(place_r->folder,
				    "/"COEXIST_STATE_FILE_NAME, NULL);
	return TRUE;
}

int coexist_state_read(struct mail_user *user, const char **text_r)
{
	struct state_place place;
	const char *error;

	*text_r = "";
	if (!place_find(user, &place))
		return -1;
	if (coexist_state_file_read(place.path, text_r, &error) < 0) {
		e_warning(user->event, "coexist: %s", error);
		*text_r = "";
		return -1;
	}
	return 0;
}

static int
place_update(const struct state_place *place,
	     coexist_state_file_decide_t *decide, void *context,
	     const char **error_r)
{
	struct mailbox_permissions perm;
	struct coexist_state_mode mode = {
		.nfs_flush = place->list->mail_set->mail_nfs_storage,
		.use_excl_lock = place->list->mail_set->dotlock_use_excl
	};

	mailbox_list_get_root_permissions(place->list, &perm);
	mode.mode = perm.file_create_mode;
	mode.gid = perm.file_create_gid;
	mode.gid_origin = perm.file_create_gid_origin;
	if (coexist_state_file_update(place->path, &mode, decide, context,
				      error_r) == 0)
		return 0;
	/* nothing was stored in this mailbox yet */
	if (errno != ENOENT ||
	    mailbox_list_try_mkdir_root(place->list, place->folder,
					place->type, error_r) < 0)
		return -1;
	return coexist_state_file_update(place->path, &mode, decide, context,
					 error_r);
}

int coexist_state_update(struct mail_user *user,
			 coexist_state_file_decide_t *decide, void *context)
{
	struct state_place place;
	const char *error;

	if (!place_find(user, &place))
		return -1;
	if (place_update(&place, decide, context, &error) < 0) {
		e_warning(user->event, "coexist: %s", error);
		return -1;
	}
	return 0;
}

int coexist_state_set(struct mail_user *user,
		      const struct coexist_state_value *values,
		      unsigned int count)
{
	struct coexist_state_values set = { .values = values, .count = count };

	return coexist_state_update(user, coexist_state_file_decide_values,
				    &set);
}
