/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-maildrop.h. */

#include "pop3-common.h"
#include "pop3-maildrop.h"
#include "array.h"
#include "mail-storage-private.h"
#include "pop3-folders.h"

void pop3_maildrop_init(struct pop3_maildrop *maildrop_r, struct client *client)
{
	i_zero(maildrop_r);
	maildrop_r->client = client;
}

bool pop3_maildrop_has(const struct pop3_maildrop *maildrop,
		       const struct mailbox *box)
{
	return box == maildrop->client->mailbox;
}

uint32_t pop3_maildrop_get_uidvalidity(const struct pop3_maildrop *maildrop,
				       const struct mailbox *box)
{
	const struct pop3_folders *folders =
		pop3_folders_get(maildrop->client->user);
	const struct pop3_folder *folder;

	if (folders != NULL) {
		folder = pop3_folders_find(folders, box);
		return folder == NULL ? 0 : folder->uidvalidity;
	}
	return pop3_maildrop_has(maildrop, box) ?
		maildrop->client->uid_validity : 0;
}

/* Message numbers */

static uint32_t
msgnum_to_seq(const struct client *client, unsigned int msgnum)
{
	return msgnum < client->msgnum_to_seq_map_count ?
		client->msgnum_to_seq_map[msgnum] : msgnum + 1;
}

static unsigned int
msgnum_from_seq(const struct client *client, uint32_t seq)
{
	unsigned int msgnum;

	for (msgnum = 0; msgnum < client->msgnum_to_seq_map_count; msgnum++) {
		if (client->msgnum_to_seq_map[msgnum] == seq)
			return msgnum;
	}
	return seq - 1;
}

/* Bitmasks, which are NULL as long as nothing is in them */

static bool bitmask_has(const unsigned char *bitmask, unsigned int msgnum)
{
	return bitmask != NULL &&
		(bitmask[msgnum / CHAR_BIT] & (1U << (msgnum % CHAR_BIT))) != 0;
}

static void bitmask_remove(unsigned char *bitmask, unsigned int msgnum)
{
	if (bitmask != NULL) {
		bitmask[msgnum / CHAR_BIT] &=
			(unsigned char)~(1U << (msgnum % CHAR_BIT));
	}
}

static bool is_deleted(const struct client *client, unsigned int msgnum)
{
	return bitmask_has(client->deleted_bitmask, msgnum);
}

static bool is_seen(const struct client *client, unsigned int msgnum)
{
	return bitmask_has(client->seen_bitmask, msgnum);
}

/* Deleted messages */

/* Returns TRUE and the UID if the message is one of the transaction's mailbox. */
static bool
uid_find(const struct client *client,
	 const struct mailbox_transaction_context *t, unsigned int msgnum,
	 uint32_t *uid_r)
{
	struct pop3_folders *folders = pop3_folders_get(client->user);
	uint32_t seq = msgnum_to_seq(client, msgnum);
	const struct pop3_folder *folder;

	if (folders == NULL) {
		mail_index_lookup_uid(t->view, seq, uid_r);
		return TRUE;
	}
	folder = pop3_folders_map_find(folders, client->mailbox->view, seq,
				       uid_r);
	return folder != NULL && folder->box == t->box;
}

void pop3_maildrop_get_deleted(const struct pop3_maildrop *maildrop,
			       const struct mailbox_transaction_context *t,
			       ARRAY_TYPE(uint32_t) *uids)
{
	const struct client *client = maildrop->client;
	unsigned int msgnum;
	uint32_t uid;

	if (pop3_maildrop_get_uidvalidity(maildrop, t->box) == 0)
		return;
	for (msgnum = 0; msgnum < client->messages_count; msgnum++) {
		if (is_deleted(client, msgnum) &&
		    uid_find(client, t, msgnum, &uid))
			array_push_back(uids, &uid);
	}
}

void pop3_maildrop_get_deleted_seen(const struct pop3_maildrop *maildrop,
				    ARRAY_TYPE(seq_range) *seqs)
{
	const struct client *client = maildrop->client;
	unsigned int msgnum;

	for (msgnum = 0; msgnum < client->messages_count; msgnum++) {
		if (is_deleted(client, msgnum) && is_seen(client, msgnum)) {
			seq_range_array_add(seqs,
					    msgnum_to_seq(client, msgnum));
		}
	}
}

/* Messages that Dovecot is to mark read */

uint32_t pop3_maildrop_get_one_seen(const struct pop3_maildrop *maildrop,
				    const struct mailbox *box)
{
	const struct client *client = maildrop->client;
	unsigned int msgnum;

	if (!pop3_maildrop_has(maildrop, box))
		return 0;
	for (msgnum = 0; msgnum < client->messages_count; msgnum++) {
		if (is_seen(client, msgnum) && !is_deleted(client, msgnum))
			return msgnum_to_seq(client, msgnum);
	}
	return 0;
}

void pop3_maildrop_forget_seen(struct pop3_maildrop *maildrop,
			       const struct mail *mail)
{
	struct client *client = maildrop->client;

	if (pop3_maildrop_has(maildrop, mail->box)) {
		bitmask_remove(client->seen_bitmask,
			       msgnum_from_seq(client, mail->seq));
	}
}

void pop3_maildrop_forget_all_seen(struct pop3_maildrop *maildrop)
{
	maildrop->client->seen_change_count = 0;
	i_free(maildrop->client->seen_bitmask);
}
