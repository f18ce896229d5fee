/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-folders-uidl.h.

   All IDs are made when the first of them is asked for: which messages are copies of one
   another only a look at all of them tells. */

#include "pop3-common.h"
#include "pop3-folders-uidl.h"
#include "hash.h"
#include "hex-binary.h"
#include "mail-storage-private.h"
#include "seq-range-array.h"
#include "sha1.h"
#include "pop3-folders.h"

/* RFC 1939: "one to 70 characters in the range 0x21 to 0x7E" */
#define UIDL_MAX_LENGTH 70

/* The first of the messages with a GUID, whether it is listed or hidden: when it is hidden,
   no other gets an ID that programs have deleted. */
struct owner {
	const struct pop3_folder *folder;
	uint32_t uid;
};

HASH_TABLE_DEFINE_TYPE(owner, const char *, struct owner *);

struct pop3_folders_uidl {
	struct client *client;
	struct pop3_folders *folders;
	pool_t pool;
	/* by sequence; NULL for messages of INBOX, and those that are gone */
	const char **guids;
	uint32_t count;
	HASH_TABLE_TYPE(owner) owners;
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

static bool is_before(const struct owner *owner,
		      const struct pop3_folder *folder, uint32_t uid)
{
	int order = folder_cmp(owner->folder, folder);

	return order < 0 || (order == 0 && owner->uid <= uid);
}

static void
owner_note(struct pop3_folders_uidl *uidl, const char *guid,
	   const struct pop3_folder *folder, uint32_t uid)
{
	struct owner *owner = hash_table_lookup(uidl->owners, guid);

	if (owner != NULL && is_before(owner, folder, uid))
		return;
	if (owner == NULL) {
		owner = p_new(uidl->pool, struct owner, 1);
		hash_table_insert(uidl->owners, guid, owner);
	}
	owner->folder = folder;
	owner->uid = uid;
}

/* Of INBOX the GUIDs matter only if the site makes its IDs of them, or of the names of
   files, which is the same in a maildir. */
#define UIDL_LIKE_GUID (UIDL_GUID | UIDL_FILE_NAME)

/* The virtual plugin may not be asked for a message of a mailbox that the session has not. */
static void message_add(struct pop3_folders_uidl *uidl, struct mail *mail,
			uint32_t seq)
{
	struct pop3_folder *folder;
	const char *guid;
	struct mail *real;
	uint32_t uid;

	folder = pop3_folders_map_find(uidl->folders, mail->transaction->view,
				       seq, &uid);
	if (folder == NULL || folder->failed || (folder->is_inbox &&
	    (uidl->client->uidl_keymask & UIDL_LIKE_GUID) == 0))
		return;
	mail_set_seq(mail, seq);
	real = pop3_folders_real_mail(mail);
	if (real == NULL ||
	    mail_get_special(real, MAIL_FETCH_GUID, &guid) < 0 ||
	    *guid == '\0')
		return;
	guid = p_strdup(uidl->pool, guid);
	owner_note(uidl, guid, folder, real->uid);
	if (!folder->is_inbox)
		uidl->guids[mail->seq - 1] = guid;
}

static void all_make(struct pop3_folders_uidl *uidl)
{
	struct client *client = uidl->client;
	struct mail *mail = mail_alloc(client->trans, 0, NULL);
	uint32_t seq;

	uidl->count =
		mail_index_view_get_messages_count(client->trans->view);
	uidl->pool = pool_alloconly_create("coexist unique ids", 16 * 1024);
	uidl->guids = p_new(uidl->pool, const char *, uidl->count + 1);
	hash_table_create(&uidl->owners, uidl->pool, 0, str_hash, strcmp);
	for (seq = 1; seq <= uidl->count; seq++) T_BEGIN {
		message_add(uidl, mail, seq);
	} T_END;
	mail_free(&mail);
}

const char *pop3_folders_uidl_get(struct pop3_folders_uidl *uidl,
				  struct mail *mail, struct mail *real)
{
	struct pop3_folder *folder;
	const struct owner *owner;
	const char *guid;
	uint32_t uid;

	if (uidl->pool == NULL)
		all_make(uidl);
	folder = pop3_folders_map_find(uidl->folders, mail->transaction->view,
				       mail->seq, &uid);
	guid = mail->seq <= uidl->count ? uidl->guids[mail->seq - 1] : NULL;
	if (folder == NULL || guid == NULL) {
		return folder != NULL ? id_by_place(folder, uid) :
			digest(t_strdup_printf("%u", real == NULL ? 0 :
					       real->uid));
	}
	owner = hash_table_lookup(uidl->owners, guid);
	if (owner->folder != folder || owner->uid != uid)
		return id_by_place(folder, uid);
	return is_valid_id(guid) ? guid : digest(guid);
}

struct pop3_folders_uidl *
pop3_folders_uidl_init(struct client *client, struct pop3_folders *folders)
{
	struct pop3_folders_uidl *uidl =
		p_new(client->pool, struct pop3_folders_uidl, 1);

	uidl->client = client;
	uidl->folders = folders;
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
