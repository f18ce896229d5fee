/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in maildrop-memory.h.

   In dovecot-coexist.folders, GUID/UIDVALIDITY/known and perhaps /out:

     folders=0a1b…/1772439000/12 4c5d…/1772439001/7/out */

#include "lib.h"
#include "maildrop-memory.h"
#include "array.h"
#include "mail-user.h"
#include "str.h"
#include "mailbox-state.h"
#include "view-memory.h"
#include "view-store.h"

#define STATE_FOLDERS "pop3_folders"
#define STATE_FOLDERS_REMEMBERED "remembered"
#define NAME_FOLDERS "folders"
#define WORD_OUT "out"

/* Those that are out, in some 60 bytes each, and a file each beside. */
#define FOLDERS_MAX 600
#define GUID_LENGTH_MAX 64

static const struct coexist_mailbox_file folders_file = {
	.name = COEXIST_MAILDROP_FILE_NAME,
	.max_size = 128 * 1024,
	.is_needed = TRUE
};

bool coexist_maildrop_memory_exists(const char *state)
{
	const char *value = coexist_state_text_get(state, STATE_FOLDERS);

	return (value != NULL && *value != '\0') ||
		coexist_mailbox_state_is_lost(state);
}

/* The line */

static bool guid_is_valid(const char *guid)
{
	size_t length = strspn(guid, "0123456789abcdef");

	return length > 0 && length <= GUID_LENGTH_MAX && guid[length] == '\0';
}

static bool
folder_parse(const char *text, struct coexist_maildrop_folder *folder_r)
{
	const char *const *parts = t_strsplit(text, "/");
	unsigned int count = str_array_length(parts);

	i_zero(folder_r);
	if (count < 3 || count > 4 || !guid_is_valid(parts[0]) ||
	    str_to_uint32(parts[1], &folder_r->uidvalidity) < 0 ||
	    str_to_uint32(parts[2], &folder_r->known_uid) < 0 ||
	    folder_r->known_uid == UINT32_MAX ||
	    (count == 4 && strcmp(parts[3], WORD_OUT) != 0))
		return FALSE;
	folder_r->guid = parts[0];
	folder_r->out = count == 4;
	return TRUE;
}

bool coexist_maildrop_memory_parse(const char *text,
	ARRAY_TYPE(coexist_maildrop_folder) *folders)
{
	const char *line = coexist_state_text_get(text, NAME_FOLDERS);
	struct coexist_maildrop_folder folder;
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

const char *coexist_maildrop_memory_format(
	const ARRAY_TYPE(coexist_maildrop_folder) *folders)
{
	const struct coexist_maildrop_folder *folder;
	string_t *str = t_str_new(1024);

	array_foreach(folders, folder) {
		str_printfa(str, "%s%s/%u/%u%s", str_len(str) == 0 ? "" : " ",
			    folder->guid, folder->uidvalidity,
			    folder->known_uid, folder->out ? "/"WORD_OUT : "");
	}
	return str_c(str);
}

/* Merging */

static const struct coexist_maildrop_folder *
folder_find(const ARRAY_TYPE(coexist_maildrop_folder) *folders,
	    const char *guid)
{
	const struct coexist_maildrop_folder *folder;

	array_foreach(folders, folder) {
		if (strcmp(folder->guid, guid) == 0)
			return folder;
	}
	return NULL;
}

void coexist_maildrop_memory_recall(
	const ARRAY_TYPE(coexist_maildrop_folder) *folders, const char *guid,
	uint32_t uidvalidity, struct coexist_view_known *known_r)
{
	const struct coexist_maildrop_folder *folder =
		folder_find(folders, guid);

	i_zero(known_r);
	known_r->uidvalidity = uidvalidity;
	if (folder == NULL || folder->uidvalidity != uidvalidity)
		return;
	known_r->uid = folder->known_uid;
	known_r->returns = folder->out;
}

/* Returns TRUE if the entry becomes another one. */
static bool
folder_merge(struct coexist_maildrop_folder *folder,
	     const struct coexist_maildrop_folder *listed)
{
	struct coexist_maildrop_folder merged = *folder;

	if (listed == NULL) {
		merged.out = TRUE;
	} else if (listed->uidvalidity != folder->uidvalidity) {
		merged = *listed;
	} else {
		/* another session may have listed more meanwhile */
		merged.known_uid = I_MAX(folder->known_uid, listed->known_uid);
		merged.out = FALSE;
	}
	if (merged.out == folder->out &&
	    merged.known_uid == folder->known_uid &&
	    merged.uidvalidity == folder->uidvalidity)
		return FALSE;
	*folder = merged;
	return TRUE;
}

static void oldest_forget(ARRAY_TYPE(coexist_maildrop_folder) *folders)
{
	const struct coexist_maildrop_folder *folder;
	unsigned int i = 0;

	while (array_count(folders) > FOLDERS_MAX && i < array_count(folders)) {
		folder = array_idx(folders, i);
		if (folder->out)
			array_delete(folders, i, 1);
		else
			i++;
	}
}

bool coexist_maildrop_memory_merge(
	ARRAY_TYPE(coexist_maildrop_folder) *folders,
	const ARRAY_TYPE(coexist_maildrop_folder) *listed)
{
	const struct coexist_maildrop_folder *one;
	struct coexist_maildrop_folder *all;
	bool changed = FALSE;
	unsigned int i, count;

	all = array_get_modifiable(folders, &count);
	for (i = 0; i < count; i++) {
		one = folder_find(listed, all[i].guid);
		if (folder_merge(&all[i], one))
			changed = TRUE;
	}
	array_foreach(listed, one) {
		if (folder_find(folders, one->guid) != NULL)
			continue;
		array_push_back(folders, one);
		changed = TRUE;
	}
	oldest_forget(folders);
	return changed;
}

bool coexist_maildrop_memory_would_change(
	const ARRAY_TYPE(coexist_maildrop_folder) *folders,
	const ARRAY_TYPE(coexist_maildrop_folder) *listed)
{
	ARRAY_TYPE(coexist_maildrop_folder) copy;

	t_array_init(&copy, 64);
	array_append_array(&copy, folders);
	return coexist_maildrop_memory_merge(&copy, listed);
}

/* The file */

static void
memory_parse(struct mail_user *user, const char *text,
	     ARRAY_TYPE(coexist_maildrop_folder) *folders_r)
{
	t_array_init(folders_r, 32);
	if (!coexist_maildrop_memory_parse(text, folders_r)) {
		e_warning(user->event, "coexist: "COEXIST_MAILDROP_FILE_NAME
			  " is not as we write it: what POP3 was shown of some "
			  "mailboxes is forgotten");
	}
}

int coexist_maildrop_memory_read(struct mail_user *user,
				 ARRAY_TYPE(coexist_maildrop_folder) *folders_r)
{
	const char *text;
	int ret = coexist_mailbox_file_read(user, &folders_file, &text);

	memory_parse(user, text, folders_r);
	return ret;
}

struct note {
	struct mail_user *user;
	const ARRAY_TYPE(coexist_maildrop_folder) *listed;
};

/* Before the first memory is written: without the line nobody would look for it. */
static void state_note(struct mail_user *user)
{
	static const struct coexist_state_value value = {
		.name = STATE_FOLDERS, .value = STATE_FOLDERS_REMEMBERED
	};

	if (!coexist_maildrop_memory_exists(coexist_mailbox_state_peek(user)))
		(void)coexist_mailbox_state_set(user, &value, 1);
}

/* Of mailboxes that are forgotten. */
static void
views_remove(struct mail_user *user,
	     const ARRAY_TYPE(coexist_maildrop_folder) *before,
	     const ARRAY_TYPE(coexist_maildrop_folder) *folders)
{
	const struct coexist_maildrop_folder *folder;

	array_foreach(before, folder) {
		if (folder_find(folders, folder->guid) == NULL)
			coexist_view_store_remove(user, folder->guid);
	}
}

static unsigned int
note_decide(const char *text, struct coexist_state_value *values_r,
	    void *context)
{
	struct note *note = context;
	ARRAY_TYPE(coexist_maildrop_folder) folders, before;

	memory_parse(note->user, text, &folders);
	t_array_init(&before, 32);
	array_append_array(&before, &folders);
	if (!coexist_maildrop_memory_merge(&folders, note->listed))
		return 0;
	/* also if that failed when there was no memory yet */
	state_note(note->user);
	views_remove(note->user, &before, &folders);
	values_r->name = NAME_FOLDERS;
	values_r->value = coexist_maildrop_memory_format(&folders);
	return 1;
}

int coexist_maildrop_memory_note(struct mail_user *user,
	const ARRAY_TYPE(coexist_maildrop_folder) *listed)
{
	struct note note = { .user = user, .listed = listed };

	return coexist_mailbox_file_update(user, &folders_file, note_decide,
					   &note);
}

struct returning {
	struct mail_user *user;
	const ARRAY_TYPE(const_string) *guids, *gone;
};

/* Returns TRUE if that changes anything. */
static bool
folders_return(const struct returning *returning,
	       const ARRAY_TYPE(coexist_maildrop_folder) *before,
	       ARRAY_TYPE(coexist_maildrop_folder) *folders_r)
{
	const struct coexist_maildrop_folder *folder;
	struct coexist_maildrop_folder one;
	bool changed = FALSE;

	array_foreach(before, folder) {
		one = *folder;
		if (array_lsearch(returning->gone, &folder->guid,
				  i_strcmp_p) != NULL) {
			changed = TRUE;
			continue;
		}
		if (array_lsearch(returning->guids, &folder->guid,
				  i_strcmp_p) != NULL)
			one.out = FALSE;
		if (one.out != folder->out)
			changed = TRUE;
		array_push_back(folders_r, &one);
	}
	return changed;
}

static unsigned int
return_decide(const char *text, struct coexist_state_value *values_r,
	      void *context)
{
	struct returning *returning = context;
	ARRAY_TYPE(coexist_maildrop_folder) before, folders;

	memory_parse(returning->user, text, &before);
	t_array_init(&folders, 32);
	if (!folders_return(returning, &before, &folders))
		return 0;
	views_remove(returning->user, &before, &folders);
	values_r->name = NAME_FOLDERS;
	values_r->value = coexist_maildrop_memory_format(&folders);
	return 1;
}

int coexist_maildrop_memory_return(struct mail_user *user,
				   const ARRAY_TYPE(const_string) *guids,
				   const ARRAY_TYPE(const_string) *gone)
{
	struct returning returning = {
		.user = user, .guids = guids, .gone = gone
	};

	return coexist_mailbox_file_update(user, &folders_file, return_decide,
					   &returning);
}
