/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-folders-changes.h. */

#include "lib.h"
#include "pop3-folders-changes.h"
#include "array.h"
#include "pop3-folders.h"
#include "pop3-mark.h"

void pop3_folders_change(struct pop3_folders *folders,
			 const struct pop3_mark *mark)
{
	array_push_back(&folders->changes, mark);
}

void pop3_folders_changes_forget(struct mail_user *user)
{
	struct pop3_folders *folders = pop3_folders_get(user);

	if (folders != NULL)
		array_clear(&folders->changes);
}

/* Takes those of one mailbox. Returns how many of them hide a message. */
static unsigned int
changes_of(const struct pop3_folders *folders, const struct pop3_folder *folder,
	   ARRAY_TYPE(pop3_mark) *marks)
{
	const struct pop3_mark *mark;
	unsigned int hidden = 0;

	array_foreach(&folders->changes, mark) {
		if (mark->real_box != folder->box)
			continue;
		array_push_back(marks, mark);
		if (mark->hidden != NULL)
			hidden++;
	}
	return hidden;
}

static void folder_apply(const struct pop3_folders *folders,
			 const struct pop3_folder *folder,
			 struct pop3_folders_changes_result *result)
{
	struct pop3_marks_result marks_result;
	ARRAY_TYPE(pop3_mark) marks;
	unsigned int hidden;

	t_array_init(&marks, 16);
	hidden = changes_of(folders, folder, &marks);
	if (array_is_empty(&marks))
		return;
	if (pop3_marks_apply_now(folder->box, folder->uidvalidity,
				 array_front(&marks), array_count(&marks),
				 &marks_result) < 0)
		result->hide_failed += hidden;
	result->hide_refused += marks_result.hide_refused;
	if (marks_result.refused > 0)
		result->refused = TRUE;
}

void pop3_folders_changes_apply(struct mail_user *user,
				struct pop3_folders_changes_result *result)
{
	struct pop3_folders *folders = pop3_folders_get(user);
	struct pop3_folder *folder;

	if (folders == NULL || array_is_empty(&folders->changes))
		return;
	array_foreach_elem(&folders->all, folder) T_BEGIN {
		folder_apply(folders, folder, result);
	} T_END;
	array_clear(&folders->changes);
}
