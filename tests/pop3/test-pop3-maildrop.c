/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the maildrop answers about the messages of a client, whose numbers are
   and are not those of the mailbox. */

#include "pop3-common.h"
#include "array.h"
#include "mail-storage-private.h"
#include "str.h"
#include "pop3-folders.h"
#include "pop3-maildrop.h"

#include <stdio.h>

#define MESSAGES 20

static const struct row {
	const char *label;
	/* sequences of the first messages; the others are in their order */
	const char *map;
	/* message numbers from 0; NULL if there is no bitmask */
	const char *deleted;
	const char *seen;
	/* sequence of a message to be forgotten, 0 for none, or for all */
	uint32_t forget;
#define FORGET_ALL UINT32_MAX
	/* in the order in which they are told */
	const char *want_uids;
	const char *want_deleted_seen;
	uint32_t want_one_seen;
} rows[] = {
	{ "a new session", "", NULL, NULL, 0, "", "", 0 },
	{ "RSET was said", "", "", "", 0, "", "", 0 },
	{ "both sides of a byte", "", "7 8", NULL, 0, "1008 1009", "", 0 },
	{ "first and last", "", "0 19", NULL, 0, "1001 1020", "", 0 },
	{ "in another order", "3 1 2", "0 1 2 3", NULL, 0,
	  "1003 1001 1002 1004", "", 0 },
	{ "only the map's last", "3 1 2", "2", NULL, 0, "1002", "", 0 },
	{ "read and deleted", "3 1 2", "0 5", "0 1", 0, "1003 1006", "3", 1 },
	{ "all that is read is deleted", "", "4 5", "4 5", 0, "1005 1006",
	  "5 6", 0 },
	{ "read, none deleted", "3 1 2", NULL, "2 9", 0, "", "", 2 },
	{ "read, behind the map", "3 1 2", "", "9", 0, "", "", 10 },
	{ "forgotten by the map", "3 1 2", "", "0 2", 3, "", "", 2 },
	{ "forgotten behind the map", "3 1 2", "", "15 16", 16, "", "", 17 },
	{ "forgotten is what was not read", "", "", "8", 8, "", "", 9 },
	{ "forgotten without a bitmask", "", "", NULL, 8, "", "", 0 },
	{ "forgotten are all", "", "1", "0 1 2", FORGET_ALL, "1002", "", 0 },
	{ "all, without a bitmask", "", "1", NULL, FORGET_ALL, "1002", "", 0 }
};

/* The mailbox's index: UIDs are a thousand more than sequences. */
void mail_index_lookup_uid(struct mail_index_view *view ATTR_UNUSED,
			   uint32_t seq, uint32_t *uid_r)
{
	*uid_r = seq + 1000;
}

/* The maildrop is one mailbox. */
struct pop3_folders *pop3_folders_get(struct mail_user *user ATTR_UNUSED)
{
	return NULL;
}

struct pop3_folder *
pop3_folders_find(const struct pop3_folders *folders ATTR_UNUSED,
		  const struct mailbox *box ATTR_UNUSED)
{
	i_unreached();
}

struct pop3_folder *
pop3_folders_map_find(struct pop3_folders *folders ATTR_UNUSED,
		      struct mail_index_view *view ATTR_UNUSED,
		      uint32_t seq ATTR_UNUSED, uint32_t *uid_r ATTR_UNUSED)
{
	i_unreached();
}

static unsigned char *bitmask(const char *msgnums)
{
	const char *const *number;
	unsigned char *mask;
	unsigned int msgnum;

	if (msgnums == NULL)
		return NULL;
	mask = i_malloc((MESSAGES + CHAR_BIT - 1) / CHAR_BIT);
	for (number = t_strsplit_spaces(msgnums, " "); *number != NULL;
	     number++) {
		if (str_to_uint(*number, &msgnum) < 0)
			i_unreached();
		mask[msgnum / CHAR_BIT] |= 1U << (msgnum % CHAR_BIT);
	}
	return mask;
}

static void client_init(struct client *client, struct mailbox *box,
			uint32_t *map, const struct row *row)
{
	const char *const *seq;

	i_zero(client);
	client->mailbox = box;
	client->uid_validity = 77;
	client->messages_count = MESSAGES;
	client->msgnum_to_seq_map = map;
	for (seq = t_strsplit_spaces(row->map, " "); *seq != NULL; seq++) {
		if (str_to_uint32(*seq,
				  &map[client->msgnum_to_seq_map_count++]) < 0)
			i_unreached();
	}
	client->deleted_bitmask = bitmask(row->deleted);
	client->seen_bitmask = bitmask(row->seen);
	client->seen_change_count = 3;
}

static void client_deinit(struct client *client)
{
	i_free(client->deleted_bitmask);
	i_free(client->seen_bitmask);
}

static const char *
deleted(const struct pop3_maildrop *maildrop, struct mailbox *box)
{
	struct mailbox_transaction_context t = { .box = box };
	ARRAY_TYPE(uint32_t) uids;
	string_t *str = t_str_new(64);
	uint32_t uid;

	t_array_init(&uids, 8);
	pop3_maildrop_get_deleted(maildrop, &t, &uids);
	array_foreach_elem(&uids, uid)
		str_printfa(str, "%s%u", str_len(str) == 0 ? "" : " ", uid);
	return str_c(str);
}

static const char *
deleted_seen(const struct pop3_maildrop *maildrop)
{
	ARRAY_TYPE(seq_range) seqs;
	struct seq_range_iter iter;
	string_t *str = t_str_new(64);
	unsigned int n = 0;
	uint32_t seq;

	t_array_init(&seqs, 8);
	pop3_maildrop_get_deleted_seen(maildrop, &seqs);
	seq_range_array_iter_init(&iter, &seqs);
	while (seq_range_array_iter_nth(&iter, n++, &seq))
		str_printfa(str, "%s%u", str_len(str) == 0 ? "" : " ", seq);
	return str_c(str);
}

static void
forget(struct pop3_maildrop *maildrop, struct mailbox *box, uint32_t seq)
{
	struct mail mail = { .box = box, .seq = seq };

	if (seq == FORGET_ALL)
		pop3_maildrop_forget_all_seen(maildrop);
	else if (seq != 0)
		pop3_maildrop_forget_seen(maildrop, &mail);
}

static bool row_is_right(const struct row *row)
{
	static struct mailbox mailbox, other;
	struct pop3_maildrop maildrop;
	struct client client;
	uint32_t map[MESSAGES];
	bool right;

	client_init(&client, &mailbox, map, row);
	pop3_maildrop_init(&maildrop, &client);
	/* a message of another mailbox is none of the maildrop's */
	forget(&maildrop, &other, row->forget == FORGET_ALL ? 0 : 1);
	forget(&maildrop, &mailbox, row->forget);
	right = strcmp(deleted(&maildrop, &mailbox), row->want_uids) == 0 &&
		strcmp(deleted_seen(&maildrop),
		       row->want_deleted_seen) == 0 &&
		pop3_maildrop_get_one_seen(&maildrop, &mailbox) ==
			row->want_one_seen &&
		client.seen_change_count ==
			(row->forget == FORGET_ALL ? 0 : 3);
	right = right && *deleted(&maildrop, &other) == '\0' &&
		pop3_maildrop_get_one_seen(&maildrop, &other) == 0 &&
		pop3_maildrop_get_uidvalidity(&maildrop, &mailbox) == 77 &&
		pop3_maildrop_get_uidvalidity(&maildrop, &other) == 0;
	client_deinit(&client);
	return right;
}

int main(void)
{
	unsigned int i, failed = 0;

	lib_init();
	for (i = 0; i < N_ELEMENTS(rows); i++) T_BEGIN {
		if (!row_is_right(&rows[i])) {
			printf("%s\n", rows[i].label);
			failed++;
		}
	} T_END;
	lib_deinit();
	return failed == 0 ? 0 : 1;
}
