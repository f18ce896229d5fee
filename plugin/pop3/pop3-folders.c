/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-folders.h. */

#include "lib.h"
#include "pop3-folders.h"
#include "array.h"
#include "ioloop.h"
#include "time-util.h"
#include "mail-storage-private.h"
#include "index-replaced.h"
#include "mailbox-same.h"
#include "pop3-folders-map.h"

#define POP3_FOLDERS_USER_CONTEXT(obj) \
	MODULE_CONTEXT(obj, pop3_folders_user_module)

static MODULE_CONTEXT_DEFINE_INIT(pop3_folders_user_module,
				  &mail_user_module_register);

/* Which mailboxes */

void pop3_folders_set(struct mail_user *user, struct pop3_folders *folders)
{
	MODULE_CONTEXT_SET(user, pop3_folders_user_module, folders);
}

struct pop3_folders *pop3_folders_get_created(struct mail_user *user)
{
	return POP3_FOLDERS_USER_CONTEXT(user);
}

struct pop3_folders *pop3_folders_get_wanted(struct mail_user *user)
{
	struct pop3_folders *folders = POP3_FOLDERS_USER_CONTEXT(user);

	return folders == NULL || folders->unwanted ? NULL : folders;
}

struct pop3_folders *pop3_folders_get(struct mail_user *user)
{
	struct pop3_folders *folders = POP3_FOLDERS_USER_CONTEXT(user);

	return folders == NULL || folders->ns == NULL ? NULL : folders;
}

struct pop3_folder *
pop3_folders_find(const struct pop3_folders *folders, const struct mailbox *box)
{
	struct pop3_folder *folder;

	array_foreach_elem(&folders->all, folder) {
		if (folder->box == box)
			return folder;
	}
	return NULL;
}

struct pop3_folder *
pop3_folders_find_name(const struct pop3_folders *folders, const char *name)
{
	struct pop3_folder *folder;

	array_foreach_elem(&folders->all, folder) {
		if (strcmp(folder->name, name) == 0)
			return folder;
	}
	return NULL;
}

bool pop3_folders_is_inbox(const struct mailbox *box)
{
	struct pop3_folders *folders = pop3_folders_get(box->storage->user);
	struct pop3_folder *folder;

	if ((box->flags & MAILBOX_FLAG_POP3_SESSION) == 0)
		return FALSE;
	if (folders == NULL)
		return TRUE;
	folder = pop3_folders_find(folders, box);
	return folder != NULL && folder->is_inbox;
}

bool pop3_folders_is_maildrop(const struct mailbox *box)
{
	struct pop3_folders *folders = pop3_folders_get(box->storage->user);

	return (box->flags & MAILBOX_FLAG_POP3_SESSION) != 0 &&
		(folders == NULL || folders->box == box);
}

/* Messages */

struct map_reading {
	struct pop3_folders *folders;
	struct mail_index_view *view;
};

static void map_entry(const struct pop3_folders_map_entry *entry, void *context)
{
	struct map_reading *reading = context;
	struct pop3_folder *folder =
		pop3_folders_find_name(reading->folders, entry->name);

	if (folder == NULL)
		return;
	if (folder->failed) {
		if (entry->uidvalidity != 0) {
			pop3_folders_map_forget(reading->view,
						reading->folders->ext_id,
						entry);
		}
		return;
	}
	folder->id = entry->id;
	folder->uidvalidity = entry->uidvalidity;
	folder->next_uid = entry->next_uid;
}

bool pop3_folders_map_read(struct pop3_folders *folders,
			   struct mail_index_view *view)
{
	struct map_reading reading = { .folders = folders, .view = view };
	struct pop3_folder *folder;

	array_foreach_elem(&folders->all, folder) {
		folder->id = 0;
	}
	folders->found = NULL;
	return pop3_folders_map_parse(view, &folders->ext_id, map_entry,
				      &reading);
}

static struct pop3_folder *find_by_id(struct pop3_folders *folders, uint32_t id)
{
	struct pop3_folder *folder;

	if (folders->found != NULL && folders->found->id == id)
		return folders->found;
	array_foreach_elem(&folders->all, folder) {
		if (folder->id == id) {
			folders->found = folder;
			return folder;
		}
	}
	return NULL;
}

struct pop3_folder *
pop3_folders_map_find(struct pop3_folders *folders,
		      struct mail_index_view *view, uint32_t seq,
		      uint32_t *uid_r)
{
	uint32_t id;

	return pop3_folders_map_lookup(view, folders->ext_id, seq, &id,
				       uid_r) && id != 0 ?
		find_by_id(folders, id) : NULL;
}

bool pop3_folder_is_replaced(const struct pop3_folder *folder)
{
	struct stat st;

	if (coexist_mailbox_has_replaced_index(folder->box))
		return TRUE;
	/* an index in memory can't tell */
	return folder->st.st_ino != 0 &&
		(!coexist_mailbox_get_folder(folder->box, &st) ||
		 st.st_ino != folder->st.st_ino ||
		 st.st_dev != folder->st.st_dev);
}

/* A command asks for many messages, and the answer holds for all. */
static bool is_replaced(struct pop3_folder *folder)
{
	if (folder->is_inbox)
		return FALSE;
	if (timeval_cmp(&folder->checked, &ioloop_timeval) != 0) {
		folder->checked = ioloop_timeval;
		folder->replaced = pop3_folder_is_replaced(folder);
	}
	return folder->replaced;
}

/* Of a mailbox that was made anew since the listing, UIDs mean other messages. */
struct mail *pop3_folders_real_mail(struct mail *mail)
{
	struct pop3_folders *folders = pop3_folders_get(mail->box->storage->user);
	const struct mail_index_header *hdr;
	struct pop3_folder *folder;
	struct mail *real;
	uint32_t uid;

	if (folders == NULL || mail->box != folders->box)
		return mail;
	/* asking for it may open a file, and sync the mailbox if there is none */
	folder = pop3_folders_map_find(folders, mail->transaction->view,
				       mail->seq, &uid);
	if (folder != NULL && is_replaced(folder))
		return NULL;
	if (mail_get_backend_mail(mail, &real) < 0)
		return NULL;
	folder = pop3_folders_find(folders, real->box);
	hdr = mail_index_get_header(real->transaction->view);
	return folder == NULL || folder->id == 0 ||
		hdr->uid_validity != folder->uidvalidity ? NULL : real;
}

struct pop3_folder *
pop3_folders_find_replaced(struct mail *mail, uint32_t *uid_r)
{
	struct pop3_folders *folders = pop3_folders_get(mail->box->storage->user);
	struct pop3_folder *folder;

	if (folders == NULL || mail->box != folders->box)
		return NULL;
	folder = pop3_folders_map_find(folders, mail->transaction->view,
				       mail->seq, uid_r);
	return folder != NULL && is_replaced(folder) ? folder : NULL;
}
