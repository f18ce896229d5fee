/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-folders-map.h. */

#include "lib.h"
#include "pop3-folders-map.h"
#include "mail-index.h"

#define EXTENSION_NAME "virtual"

/* struct virtual_mail_index_header, _mailbox_record and _record of
   src/plugins/virtual/virtual-storage.h, which is not installed; the same from 2.3.0 to
   2.4.5, being what is on disks. The names follow the mailboxes. */
struct map_header {
	uint32_t change_counter;
	uint32_t mailbox_count;
	uint32_t highest_mailbox_id;
	uint32_t search_args_crc32;
};

struct map_mailbox {
	uint32_t id;
	uint32_t name_len;
	uint32_t uid_validity;
	uint32_t next_uid;
	uint64_t highest_modseq;
};

struct map_record {
	uint32_t mailbox_id;
	uint32_t real_uid;
};

static bool
header_parse(const unsigned char *data, size_t size,
	     pop3_folders_map_func_t *func, void *context)
{
	struct pop3_folders_map_entry entry;
	struct map_mailbox mailbox;
	struct map_header header;
	size_t names;
	uint32_t i;

	if (size < sizeof(header))
		return FALSE;
	memcpy(&header, data, sizeof(header));
	if (header.mailbox_count > (size - sizeof(header)) / sizeof(mailbox))
		return FALSE;
	names = sizeof(header) + header.mailbox_count * sizeof(mailbox);
	for (i = 0; i < header.mailbox_count; i++) {
		memcpy(&mailbox, data + sizeof(header) + i * sizeof(mailbox),
		       sizeof(mailbox));
		if (mailbox.name_len > size - names)
			return FALSE;
		entry.name = t_strndup(data + names, mailbox.name_len);
		entry.id = mailbox.id;
		entry.uidvalidity = mailbox.uid_validity;
		entry.next_uid = mailbox.next_uid;
		entry.uidvalidity_offset = sizeof(header) +
			i * sizeof(mailbox) +
			offsetof(struct map_mailbox, uid_validity);
		func(&entry, context);
		names += mailbox.name_len;
	}
	return TRUE;
}

bool pop3_folders_map_parse(struct mail_index_view *view, uint32_t *ext_id_r,
			    pop3_folders_map_func_t *func, void *context)
{
	const void *data;
	size_t size;

	if (!mail_index_ext_lookup(mail_index_view_get_index(view),
				   EXTENSION_NAME, ext_id_r))
		return FALSE;
	mail_index_get_header_ext(view, *ext_id_r, &data, &size);
	return header_parse(data, size, func, context);
}

/* No mailbox has the UIDVALIDITY 0. Should another session have written another list
   meanwhile, this is about another mailbox of it, which costs some time. */
void pop3_folders_map_forget(struct mail_index_view *view, uint32_t ext_id,
			     const struct pop3_folders_map_entry *entry)
{
	static const uint32_t no_uidvalidity = 0;
	struct mail_index_transaction *t;

	t = mail_index_transaction_begin(view,
					 MAIL_INDEX_TRANSACTION_FLAG_EXTERNAL);
	mail_index_update_header_ext(t, ext_id, entry->uidvalidity_offset,
				     &no_uidvalidity, sizeof(no_uidvalidity));
	(void)mail_index_transaction_commit(&t);
}

bool pop3_folders_map_lookup(struct mail_index_view *view, uint32_t ext_id,
			     uint32_t seq, uint32_t *id_r, uint32_t *uid_r)
{
	struct map_record record;
	const void *data;

	mail_index_lookup_ext(view, seq, ext_id, &data, NULL);
	if (data == NULL)
		return FALSE;
	memcpy(&record, data, sizeof(record));
	*id_r = record.mailbox_id;
	*uid_r = record.real_uid;
	return record.real_uid > 0;
}
