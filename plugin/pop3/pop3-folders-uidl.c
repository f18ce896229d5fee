/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-folders-uidl.h.

   All IDs are made when the first of them is asked for: which messages are copies of one
   another only a look at all of them tells. What that finds is remembered, because the next
   look may find less of them. */

#include "pop3-common.h"
#include "pop3-folders-uidl.h"
#include "hash.h"
#include "hex-binary.h"
#include "mail-storage-private.h"
#include "seq-range-array.h"
#include "sha1.h"
#include "copy-store.h"
#include "pop3-folders.h"

/* RFC 1939: "one to 70 characters in the range 0x21 to 0x7E" */
#define UIDL_MAX_LENGTH 70

/* The message that has the GUID for its ID, whether it is listed or hidden: when it is hidden,
   no other gets an ID that programs have deleted. */
struct owner {
	const struct pop3_folder *folder;
	uint32_t uid;
	/* it has had the ID before, or its ID is not ours to give */
	bool is_known;
};

HASH_TABLE_DEFINE_TYPE(owner, const char *, struct owner *);

/* What is remembered of a mailbox, and what is found in it. */
struct uidl_folder {
	const struct pop3_folder *folder;
	/* NULL if there is nothing */
	const struct coexist_copy_folder *memory;
	ARRAY_TYPE(seq_range) copies;
};

struct pop3_folders_uidl {
	struct client *client;
	struct pop3_folders *folders;
	pool_t pool;
	/* by sequence; NULL for messages of INBOX, and those that have no GUID for ID */
	const char **guids;
	uint32_t count;
	HASH_TABLE_TYPE(owner) owners;
	/* what was remembered when the messages were listed */
	ARRAY_TYPE(coexist_copy_folder) listed;
	/* the mailboxes besides INBOX, each once, and the one that was found last */
	ARRAY(struct uidl_folder) of_folders;
	struct uidl_folder *found;
};

static bool is_valid_id(const char *guid)
{
	const unsigned char *p;

	for (p = (const unsigned char *)guid; *p != '\0'; p++) {
		if (*p < 0x21 || *p > 0x7e)
			return FALSE;
	}
	return *guid != '\0' && p - (const unsigned char *)guid <=
		UIDL_MAX_LENGTH;
}

static const char *digest(const char *text)
{
	unsigned char result[SHA1_RESULTLEN];

	sha1_get_digest(text, strlen(text), result);
	return binary_to_hex(result, sizeof(result));
}

/* The ID of a message that has no GUID of its own, or none that can be found. */
static const char *
id_by_place(const struct pop3_folder *folder, uint32_t uid)
{
	return digest(t_strdup_printf("%s/%u/%u", folder->guid == NULL ? "" :
				      folder->guid, folder->uidvalidity, uid));
}

/* The order is one that no name and no list changes. */
static int
folder_cmp(const struct pop3_folder *a, const struct pop3_folder *b)
{
	/* what is in INBOX keeps its ID */
	if (a->is_inbox || b->is_inbox)
		return (a->is_inbox ? 0 : 1) - (b->is_inbox ? 0 : 1);
	return null_strcmp(a->guid, b->guid);
}

static bool is_before(const struct owner *owner, const struct owner *other)
{
	int order;

	if (owner->is_known != other->is_known)
		return owner->is_known;
	order = folder_cmp(owner->folder, other->folder);
	return order < 0 || (order == 0 && owner->uid <= other->uid);
}

static void owner_note(struct pop3_folders_uidl *uidl, const char *guid,
		       const struct owner *candidate)
{
	struct owner *owner = hash_table_lookup(uidl->owners, guid);

	if (owner != NULL && is_before(owner, candidate))
		return;
	if (owner == NULL) {
		owner = p_new(uidl->pool, struct owner, 1);
		hash_table_insert(uidl->owners, guid, owner);
	}
	*owner = *candidate;
}

static bool is_owner(const struct owner *owner,
		     const struct pop3_folder *folder, uint32_t uid)
{
	return owner->folder == folder && owner->uid == uid;
}

/* The mailboxes */

/* Returns TRUE unless another name of the mailbox comes before this one, which is the one
   that is listed. */
static bool
is_first(const struct pop3_folders *folders, const struct pop3_folder *folder)
{
	struct pop3_folder *other;

	array_foreach_elem(&folders->all, other) {
		if (other == folder)
			return TRUE;
		if (other->id != 0 && !other->failed &&
		    null_strcmp(other->guid, folder->guid) == 0)
			return FALSE;
	}
	return TRUE;
}

static void
of_folders_init(struct pop3_folders_uidl *uidl,
		const ARRAY_TYPE(coexist_copy_folder) *memory)
{
	struct pop3_folder *folder;
	struct uidl_folder *of_folder;

	p_array_init(&uidl->of_folders, uidl->pool, 32);
	array_foreach_elem(&uidl->folders->all, folder) {
		if (folder->is_inbox || folder->guid == NULL ||
		    folder->failed || folder->id == 0 ||
		    !is_first(uidl->folders, folder))
			continue;
		of_folder = array_append_space(&uidl->of_folders);
		of_folder->folder = folder;
		of_folder->memory = coexist_copy_memory_find(memory,
					folder->guid, folder->uidvalidity);
		p_array_init(&of_folder->copies, uidl->pool, 4);
	}
}

static struct uidl_folder *
of_folder_find(struct pop3_folders_uidl *uidl, const struct pop3_folder *folder)
{
	struct uidl_folder *of_folder;

	if (uidl->found != NULL && uidl->found->folder == folder)
		return uidl->found;
	array_foreach_modifiable(&uidl->of_folders, of_folder) {
		if (of_folder->folder == folder) {
			uidl->found = of_folder;
			return of_folder;
		}
	}
	return NULL;
}

static bool has_id(const struct uidl_folder *of_folder, uint32_t uid)
{
	return of_folder->memory != NULL &&
		uid <= of_folder->memory->known_uid;
}

/* Returns TRUE if the message has an ID that is not its GUID. */
static bool was_copy(const struct uidl_folder *of_folder, uint32_t uid)
{
	return of_folder->memory != NULL &&
		seq_range_exists(&of_folder->memory->uids, uid);
}

static void memory_note(struct pop3_folders_uidl *uidl)
{
	ARRAY_TYPE(coexist_copy_folder) found;
	const struct uidl_folder *of_folder;
	struct coexist_copy_folder *one;

	t_array_init(&found, 32);
	array_foreach(&uidl->of_folders, of_folder) {
		one = array_append_space(&found);
		one->guid = of_folder->folder->guid;
		one->uidvalidity = of_folder->folder->uidvalidity;
		one->known_uid = of_folder->folder->next_uid == 0 ? 0 :
			of_folder->folder->next_uid - 1;
		one->uids = of_folder->copies;
	}
	coexist_copy_memory_note(uidl->client->user, &found);
}

/* The messages */

/* Of INBOX the GUIDs matter only if the site makes its IDs of them, or of the names of
   files, which is the same in a maildir. */
#define UIDL_LIKE_GUID (UIDL_GUID | UIDL_FILE_NAME)

/* Returns the GUID, or NULL if it can't be found out. The virtual plugin may not be asked for
   a message of a mailbox that the session has not. */
static const char *guid_get(struct mail *mail)
{
	struct mail *real = pop3_folders_real_mail(mail);
	const char *guid;

	return real == NULL ||
		mail_get_special(real, MAIL_FETCH_GUID, &guid) < 0 ||
		*guid == '\0' ? NULL : guid;
}

/* Of INBOX it matters who has a GUID, and its messages are given no IDs here. */
static void inbox_add(struct pop3_folders_uidl *uidl, struct mail *mail,
		      const struct pop3_folder *folder, uint32_t uid)
{
	const struct owner candidate = {
		.folder = folder, .uid = uid, .is_known = TRUE
	};
	const char *guid;

	if ((uidl->client->uidl_keymask & UIDL_LIKE_GUID) == 0)
		return;
	guid = guid_get(mail);
	if (guid != NULL)
		owner_note(uidl, p_strdup(uidl->pool, guid), &candidate);
}

static void
folder_add(struct pop3_folders_uidl *uidl, struct mail *mail,
	   struct uidl_folder *of_folder, uint32_t uid)
{
	const struct owner candidate = {
		.folder = of_folder->folder, .uid = uid,
		.is_known = has_id(of_folder, uid)
	};
	const char *guid;

	if (was_copy(of_folder, uid)) {
		seq_range_array_add(&of_folder->copies, uid);
		return;
	}
	guid = p_strdup(uidl->pool, guid_get(mail));
	if (guid != NULL) {
		uidl->guids[mail->seq - 1] = guid;
		owner_note(uidl, guid, &candidate);
	} else if (!candidate.is_known) {
		/* one that has its GUID, and can't be read for now, keeps it */
		seq_range_array_add(&of_folder->copies, uid);
	}
}

static void message_add(struct pop3_folders_uidl *uidl, struct mail *mail,
			uint32_t seq)
{
	const struct pop3_folder *folder;
	struct uidl_folder *of_folder;
	uint32_t uid;

	folder = pop3_folders_map_find(uidl->folders, mail->transaction->view,
				       seq, &uid);
	if (folder == NULL || folder->failed)
		return;
	mail_set_seq(mail, seq);
	of_folder = of_folder_find(uidl, folder);
	if (folder->is_inbox)
		inbox_add(uidl, mail, folder, uid);
	else if (of_folder != NULL)
		folder_add(uidl, mail, of_folder, uid);
}

/* All that have a GUID, and are not who has it for ID. */
static void
copies_find(struct pop3_folders_uidl *uidl, struct mail_index_view *view)
{
	const struct pop3_folder *folder;
	const struct owner *owner;
	uint32_t seq, uid;

	for (seq = 1; seq <= uidl->count; seq++) {
		if (uidl->guids[seq - 1] == NULL)
			continue;
		folder = pop3_folders_map_find(uidl->folders, view, seq, &uid);
		owner = hash_table_lookup(uidl->owners, uidl->guids[seq - 1]);
		if (!is_owner(owner, folder, uid)) {
			seq_range_array_add(
				&of_folder_find(uidl, folder)->copies, uid);
		}
	}
}

static void all_make(struct pop3_folders_uidl *uidl)
{
	struct client *client = uidl->client;
	struct mail *mail = mail_alloc(client->trans, 0, NULL);
	ARRAY_TYPE(coexist_copy_folder) memory;
	bool is_read;
	uint32_t seq;

	uidl->count =
		mail_index_view_get_messages_count(client->trans->view);
	uidl->pool = pool_alloconly_create("coexist unique ids", 16 * 1024);
	uidl->guids = p_new(uidl->pool, const char *, uidl->count + 1);
	hash_table_create(&uidl->owners, uidl->pool, 0, str_hash, strcmp);
	is_read = coexist_copy_memory_read(client->user, &memory) == 0;
	of_folders_init(uidl, is_read ? &memory : &uidl->listed);
	for (seq = 1; seq <= uidl->count; seq++) T_BEGIN {
		message_add(uidl, mail, seq);
	} T_END;
	mail_free(&mail);
	copies_find(uidl, client->trans->view);
	if (is_read)
		memory_note(uidl);
}

const char *pop3_folders_uidl_get(struct pop3_folders_uidl *uidl,
				  struct mail *mail, struct mail *real)
{
	struct pop3_folder *folder;
	const struct owner *owner;
	const char *guid;
	uint32_t uid;

	if (uidl->pool == NULL) T_BEGIN {
		all_make(uidl);
	} T_END;
	folder = pop3_folders_map_find(uidl->folders, mail->transaction->view,
				       mail->seq, &uid);
	guid = mail->seq <= uidl->count ? uidl->guids[mail->seq - 1] : NULL;
	if (folder == NULL || guid == NULL) {
		return folder != NULL ? id_by_place(folder, uid) :
			digest(t_strdup_printf("%u", real == NULL ? 0 :
					       real->uid));
	}
	owner = hash_table_lookup(uidl->owners, guid);
	if (!is_owner(owner, folder, uid))
		return id_by_place(folder, uid);
	return is_valid_id(guid) ? guid : digest(guid);
}

void pop3_folders_uidl_listed(struct pop3_folders_uidl *uidl,
			      const ARRAY_TYPE(coexist_copy_folder) *memory)
{
	pool_t pool = uidl->client->pool;
	const struct coexist_copy_folder *folder;
	struct coexist_copy_folder *copy;

	if (!array_is_empty(&uidl->listed))
		return;
	array_foreach(memory, folder) {
		copy = array_append_space(&uidl->listed);
		*copy = *folder;
		copy->guid = p_strdup(pool, folder->guid);
		p_array_init(&copy->uids, pool, array_count(&folder->uids) + 1);
		array_append_array(&copy->uids, &folder->uids);
	}
}

struct pop3_folders_uidl *
pop3_folders_uidl_init(struct client *client, struct pop3_folders *folders)
{
	struct pop3_folders_uidl *uidl =
		p_new(client->pool, struct pop3_folders_uidl, 1);

	uidl->client = client;
	uidl->folders = folders;
	p_array_init(&uidl->listed, client->pool, 4);
	return uidl;
}

void pop3_folders_uidl_deinit(struct pop3_folders_uidl **_uidl)
{
	struct pop3_folders_uidl *uidl = *_uidl;

	*_uidl = NULL;
	if (uidl == NULL || uidl->pool == NULL)
		return;
	hash_table_destroy(&uidl->owners);
	pool_unref(&uidl->pool);
}
