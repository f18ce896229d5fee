/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in copies-left.h. */

#include "lib.h"
#include "array.h"
#include "hash.h"
#include "istream.h"
#include "mail-index-private.h"
#include "mail-storage-private.h"
#include "copies-left.h"
#include "private-flags.h"
#include "sdbox-file.h"
#include "storage-driver.h"

#include <sys/stat.h>

/* A message whose copy is looked for. */
struct message {
	uint32_t uid;
	/* of the copy, or 0 */
	uint32_t target_uid;
	uoff_t size;
	/* the next one with the same key: one copy stands for one message */
	struct message *next;
};

HASH_TABLE_DEFINE_TYPE(message_keys, char *, struct message *);

struct search {
	struct coexist_move *move;
	pool_t pool;
	ARRAY(struct message *) messages;
	HASH_TABLE_TYPE(message_keys) keys;
	/* sequences of the target: where to look, and those that were found */
	uint32_t seq1, seq2;
	ARRAY_TYPE(seq_range) taken;
};

/* Returns what a message has in common with its copies, on the data stack, or
   NULL. */
typedef const char *search_key_t(struct mail *mail);

static const char *guid_key(struct mail *mail)
{
	const char *guid;

	return mail_get_special(mail, MAIL_FETCH_GUID, &guid) < 0 ||
		*guid == '\0' ? NULL : guid;
}

/* Of a storage that has a file for each message. */
static const char *file_key(struct mail *mail)
{
	struct istream *input;
	const struct stat *st;

	if (mail_get_stream(mail, NULL, NULL, &input) < 0 ||
	    i_stream_stat(input, /*exact=*/FALSE, &st) < 0 || st->st_ino == 0)
		return NULL;
	return t_strdup_printf("%llu:%llu", (unsigned long long)st->st_dev,
			       (unsigned long long)st->st_ino);
}

/* Returns FALSE if the message can't be read. */
static bool size_get(struct mail *mail, uoff_t *size_r)
{
	struct istream *input;

	return mail_get_stream(mail, NULL, NULL, &input) == 0 &&
		i_stream_get_size(input, /*exact=*/TRUE, size_r) > 0;
}

static void search_add(struct search *search, struct mail *mail, uint32_t uid)
{
	struct message *message;
	uoff_t size;

	if (!mail_set_uid(mail, uid) ||
	    mail_index_is_expunged(mail->transaction->view, mail->seq) ||
	    !size_get(mail, &size))
		return;
	message = p_new(search->pool, struct message, 1);
	message->uid = uid;
	message->size = size;
	array_push_back(&search->messages, &message);
}

static void
search_messages(struct search *search, const ARRAY_TYPE(seq_range) *uids)
{
	struct mail *mail = mail_alloc(search->move->source, 0, NULL);
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t uid;

	seq_range_array_iter_init(&iter, uids);
	while (seq_range_array_iter_nth(&iter, n++, &uid)) T_BEGIN {
		search_add(search, mail, uid);
	} T_END;
	mail_free(&mail);
}

/* Puts those into the table that were not found yet. */
static void search_keys(struct search *search, search_key_t *get_key)
{
	struct mail *mail = mail_alloc(search->move->source, 0, NULL);
	struct message *message;
	const char *key;

	hash_table_clear(search->keys, TRUE);
	array_foreach_elem(&search->messages, message) T_BEGIN {
		key = message->target_uid != 0 ||
			!mail_set_uid(mail, message->uid) ? NULL :
			get_key(mail);
		if (key != NULL) {
			message->next = hash_table_lookup(search->keys, key);
			hash_table_update(search->keys,
					  p_strdup(search->pool, key), message);
		}
	} T_END;
	mail_free(&mail);
}

static void
search_take(struct search *search, struct mail *mail, search_key_t *get_key)
{
	const char *key = get_key(mail);
	struct message *message = key == NULL ? NULL :
		hash_table_lookup(search->keys, key);
	uoff_t size;

	while (message != NULL && message->target_uid != 0)
		message = message->next;
	if (message != NULL && size_get(mail, &size) && size == message->size) {
		message->target_uid = mail->uid;
		seq_range_array_add(&search->taken, mail->seq);
	}
}

static void search_by(struct search *search,
		      struct mailbox_transaction_context *t,
		      search_key_t *get_key)
{
	struct mail *mail = mail_alloc(t, 0, NULL);
	uint32_t seq;

	search_keys(search, get_key);
	for (seq = search->seq1; seq <= search->seq2; seq++) T_BEGIN {
		mail_set_seq(mail, seq);
		if (!seq_range_exists(&search->taken, seq))
			search_take(search, mail, get_key);
	} T_END;
	mail_free(&mail);
}

/* Returns TRUE if an sdbox has a file for the UID that the next message gets: a
   process that was killed did not come to the index. Dovecot lets the next one who
   saves fail by that, and makes the index anew. */
static bool has_lost_file(struct mailbox *box)
{
	return coexist_sdbox_has_file(box,
		mail_index_get_header(box->view)->next_uid);
}

/* Has the mailbox know of all copies, also of those that are in the folder alone. */
static int target_sync(struct mailbox *target)
{
	if (mailbox_sync(target, MAILBOX_SYNC_FLAG_FULL_READ) < 0)
		return -1;
	return !has_lost_file(target) ? 0 :
		mailbox_sync(target, MAILBOX_SYNC_FLAG_FORCE_RESYNC);
}

/* Returns FALSE if there is nothing to look among. */
static bool search_range(struct search *search, uint32_t target_uidvalidity,
			 uint32_t target_uid)
{
	struct mailbox *target = search->move->target;
	const struct mail_index_header *hdr;

	if (target_sync(target) < 0)
		return FALSE;
	hdr = mail_index_get_header(target->view);
	if (hdr->uid_validity != target_uidvalidity)
		target_uid = 1;
	mailbox_get_seq_range(target, target_uid, UINT32_MAX, &search->seq1,
			      &search->seq2);
	return search->seq1 != 0;
}

static bool is_complete(const struct search *search)
{
	struct message *message;

	array_foreach_elem(&search->messages, message) {
		if (message->target_uid == 0)
			return FALSE;
	}
	return TRUE;
}

/* Tells the move of those that have been found. */
static void
search_tell(struct search *search, struct mailbox_transaction_context *t)
{
	struct mail *mail = mail_alloc(search->move->source, 0, NULL);
	struct mail *copy = mail_alloc(t, 0, NULL);
	struct message *message;

	array_foreach_elem(&search->messages, message) T_BEGIN {
		if (message->target_uid != 0 &&
		    mail_set_uid(mail, message->uid) &&
		    mail_set_uid(copy, message->target_uid))
			coexist_move_found(search->move, mail, copy);
	} T_END;
	mail_free(&copy);
	mail_free(&mail);
}

static void search_run(struct search *search)
{
	struct mailbox *target = search->move->target;
	struct mailbox_transaction_context *t;

	t = mailbox_transaction_begin(target, 0, "coexist move");
	search_by(search, t, guid_key);
	if (!is_complete(search) && coexist_storage_is_maildir(target->storage))
		search_by(search, t, file_key);
	search_tell(search, t);
	/* a copy without its flags is not the message yet */
	if (mailbox_transaction_commit(&t) < 0 || mailbox_sync(target, 0) < 0)
		coexist_move_forget_found(search->move);
}

void coexist_copies_left_find(struct coexist_move *move,
			      const ARRAY_TYPE(seq_range) *uids,
			      uint32_t target_uidvalidity, uint32_t target_uid)
{
	struct search search = {
		.move = move,
		.pool = pool_alloconly_create("coexist copies left", 4096)
	};

	p_array_init(&search.messages, search.pool, 64);
	p_array_init(&search.taken, search.pool, 16);
	hash_table_create(&search.keys, search.pool, 0, str_hash, strcmp);
	if (coexist_private_flags_open(move->target) == 0 &&
	    search_range(&search, target_uidvalidity, target_uid)) {
		search_messages(&search, uids);
		search_run(&search);
	}
	hash_table_destroy(&search.keys);
	pool_unref(&search.pool);
}
