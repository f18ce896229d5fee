/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in copy-memory.h.

   In dovecot-coexist.copies, GUID/UIDVALIDITY/known/UIDs:

     copies=0a1b…/1772439000/12/3:4,9 4c5d…/1772439001/7/ */

#include "lib.h"
#include "copy-memory.h"
#include "str.h"
#include "state-file.h"
#include "uid-list.h"
#include "uid-ranges.h"

/* The first of those that the session does not have are forgotten. */
#define FOLDERS_MAX 600
#define GUID_LENGTH_MAX 64

/* The line */

static bool guid_is_valid(const char *guid)
{
	size_t length = strspn(guid, "0123456789abcdef");

	return length > 0 && length <= GUID_LENGTH_MAX && guid[length] == '\0';
}

static bool
folder_parse(const char *text, struct coexist_copy_folder *folder_r)
{
	const char *const *parts = t_strsplit(text, "/");

	i_zero(folder_r);
	t_array_init(&folder_r->uids, 16);
	if (str_array_length(parts) != 4 || !guid_is_valid(parts[0]) ||
	    str_to_uint32(parts[1], &folder_r->uidvalidity) < 0 ||
	    str_to_uint32(parts[2], &folder_r->known_uid) < 0 ||
	    folder_r->known_uid == UINT32_MAX)
		return FALSE;
	folder_r->guid = parts[0];
	if (*parts[3] == '\0')
		return TRUE;
	if (coexist_uid_list_parse(parts[3], &folder_r->uids) < 0)
		return FALSE;
	coexist_uid_list_sort(&folder_r->uids);
	return TRUE;
}

bool coexist_copy_memory_parse(const char *text,
			       ARRAY_TYPE(coexist_copy_folder) *folders)
{
	const char *line = coexist_state_text_get(text, COEXIST_COPY_MEMORY_NAME);
	struct coexist_copy_folder folder;
	const char *const *entries;

	if (line == NULL)
		return *text == '\0';
	for (entries = t_strsplit_spaces(line, " "); *entries != NULL;
	     entries++) {
		if (!folder_parse(*entries, &folder))
			return FALSE;
		array_push_back(folders, &folder);
	}
	return TRUE;
}

const char *
coexist_copy_memory_format(const ARRAY_TYPE(coexist_copy_folder) *folders)
{
	const struct coexist_copy_folder *folder;
	string_t *str = t_str_new(1024);

	array_foreach(folders, folder) {
		str_printfa(str, "%s%s/%u/%u/", str_len(str) == 0 ? "" : " ",
			    folder->guid, folder->uidvalidity,
			    folder->known_uid);
		coexist_uid_list_write(str, &folder->uids);
	}
	return str_c(str);
}

/* Merging */

static const struct coexist_copy_folder *
folder_find(const ARRAY_TYPE(coexist_copy_folder) *folders, const char *guid)
{
	const struct coexist_copy_folder *folder;

	array_foreach(folders, folder) {
		if (strcmp(folder->guid, guid) == 0)
			return folder;
	}
	return NULL;
}

const struct coexist_copy_folder *
coexist_copy_memory_find(const ARRAY_TYPE(coexist_copy_folder) *folders,
			 const char *guid, uint32_t uidvalidity)
{
	const struct coexist_copy_folder *folder = folder_find(folders, guid);

	return folder == NULL || folder->uidvalidity != uidvalidity ?
		NULL : folder;
}

static void
folder_give_up(const struct coexist_copy_folder *folder,
	       ARRAY_TYPE(seq_range) *uids)
{
	if (folder->known_uid > 0)
		seq_range_array_add_range(uids, 1, folder->known_uid);
}

/* Of messages that have come since, another session knows. */
static void
folder_update(const struct coexist_copy_folder *folder,
	      const struct coexist_copy_folder *found,
	      ARRAY_TYPE(seq_range) *uids)
{
	ARRAY_TYPE(seq_range) newer;

	t_array_init(&newer, 4);
	array_append_array(&newer, &folder->uids);
	if (found->known_uid > 0)
		seq_range_array_remove_range(&newer, 1, found->known_uid);
	coexist_uid_ranges_unite(uids, &found->uids, &newer);
}

/* Returns TRUE if the mailbox becomes another one. */
static bool folder_merge(struct coexist_copy_folder *folder,
			 const struct coexist_copy_folder *found)
{
	struct coexist_copy_folder merged = *folder;

	t_array_init(&merged.uids, 16);
	if (found == NULL) {
		folder_give_up(folder, &merged.uids);
	} else if (found->uidvalidity != folder->uidvalidity) {
		merged = *found;
	} else {
		folder_update(folder, found, &merged.uids);
		merged.known_uid = I_MAX(folder->known_uid, found->known_uid);
	}
	if (merged.uidvalidity == folder->uidvalidity &&
	    merged.known_uid == folder->known_uid &&
	    array_cmp(&merged.uids, &folder->uids))
		return FALSE;
	*folder = merged;
	return TRUE;
}

static void oldest_forget(ARRAY_TYPE(coexist_copy_folder) *folders,
			  const ARRAY_TYPE(coexist_copy_folder) *found)
{
	const struct coexist_copy_folder *folder;
	unsigned int i = 0;

	while (array_count(folders) > FOLDERS_MAX && i < array_count(folders)) {
		folder = array_idx(folders, i);
		if (folder_find(found, folder->guid) == NULL)
			array_delete(folders, i, 1);
		else
			i++;
	}
}

bool coexist_copy_memory_merge(ARRAY_TYPE(coexist_copy_folder) *folders,
			       const ARRAY_TYPE(coexist_copy_folder) *found)
{
	const struct coexist_copy_folder *one;
	struct coexist_copy_folder *all;
	bool changed = FALSE;
	unsigned int i, count;

	all = array_get_modifiable(folders, &count);
	for (i = 0; i < count; i++) {
		if (folder_merge(&all[i], folder_find(found, all[i].guid)))
			changed = TRUE;
	}
	array_foreach(found, one) {
		if (folder_find(folders, one->guid) != NULL)
			continue;
		array_push_back(folders, one);
		changed = TRUE;
	}
	oldest_forget(folders, found);
	return changed;
}

/* Removing */

bool coexist_copy_memory_remove(ARRAY_TYPE(coexist_copy_folder) *folders,
				const ARRAY_TYPE(const_string) *guids)
{
	const struct coexist_copy_folder *folder;
	unsigned int i = array_count(folders), count = i;

	while (i-- > 0) {
		folder = array_idx(folders, i);
		if (array_lsearch(guids, &folder->guid, i_strcmp_p) != NULL)
			array_delete(folders, i, 1);
	}
	return array_count(folders) != count;
}
