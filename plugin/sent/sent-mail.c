/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in sent-mail.h. */

#include "lib.h"
#include "sent-mail.h"
#include "crc32.h"
#include "istream.h"
#include "mail-storage-private.h"
#include "message-size.h"
#include "sha1.h"
#include "coexist-event.h"
#include "special-mailbox.h"

static void mail_log(const struct coexist_sent_mail *mail, const char *doing)
{
	e_warning(mail->box->event, "coexist: Can't %s: %s", doing,
		  mailbox_get_last_internal_error(mail->box, NULL));
}

void coexist_sent_mail_close(struct coexist_sent_mail *mail)
{
	if (mail->mail != NULL)
		mail_free(&mail->mail);
	if (mail->t != NULL)
		mailbox_transaction_rollback(&mail->t);
	if (mail->box != NULL)
		mailbox_free(&mail->box);
}

/* To sync a maildir is to read its whole folder, where a message was just put, and
   that of a dbox waits for the disk. Who looks into it next has to do that, and finds
   in the index what was asked for. */
static bool has_to_sync(struct mailbox *box)
{
	return strcmp(box->storage->name, "mbox") == 0 ||
		mail_index_is_in_memory(box->index);
}

int coexist_sent_mail_commit(struct coexist_sent_mail *mail)
{
	int ret;

	mail_free(&mail->mail);
	ret = mailbox_transaction_commit(&mail->t);
	if (ret < 0)
		mail_log(mail, "change a sent message");
	else if (has_to_sync(mail->box) && mailbox_sync(mail->box, 0) < 0)
		mail_log(mail, "sync");
	coexist_sent_mail_close(mail);
	return ret;
}

/* Brings the mailbox up to date. This process may have its index in memory since
   before there was a UIDVALIDITY. Of a mailbox that is open for saving only the
   index is looked at, not the folder of a maildir. But Dovecot's index of all
   mailboxes asks for the mailbox's GUID then, and the maildir reads its list of
   names for that. What somebody has expunged is in the index until all is synced: a
   script may have done so with the program's message. */
static int mail_sync(const struct coexist_sent_mail *mail)
{
	enum mailbox_sync_flags flags =
		mail_index_sync_have_any_expunges(mail->box->index) ? 0 :
		MAILBOX_SYNC_FLAG_FAST;

	if (mailbox_sync(mail->box, flags) == 0)
		return 0;
	mail_log(mail, "sync");
	return -1;
}

/* A file of records that is damaged has UIDs that there are not. */
static bool mail_has_uid(struct mail *mail, uint32_t uid)
{
	return uid != 0 && mail_set_uid(mail, uid);
}

/* Returns TRUE if the mailbox has the message, as far as its index was read. If not, there
   is no transaction, and the mailbox can be synced. */
static bool mail_find(struct coexist_sent_mail *mail, uint32_t uid)
{
	mail->t = mailbox_transaction_begin(mail->box, 0, "coexist sent copy");
	mail->mail = mail_alloc(mail->t, 0, NULL);
	if (mail_has_uid(mail->mail, uid))
		return TRUE;
	mail_free(&mail->mail);
	mailbox_transaction_rollback(&mail->t);
	return FALSE;
}

struct coexist_sent_place
coexist_sent_place_get(struct mailbox *box, uint32_t uidvalidity, uint32_t uid)
{
	struct coexist_sent_place place = {
		.uidvalidity = uidvalidity,
		.uid = uid
	};
	unsigned char digest[SHA1_RESULTLEN];
	const char *root, *name;

	/* not the name that is shown: an alias of the namespace has another one */
	if (!mailbox_list_get_root_path(box->list, MAILBOX_LIST_PATH_TYPE_DIR,
					&root))
		root = "";
	name = t_strconcat(root, "/", box->name, NULL);
	sha1_get_digest(name, strlen(name), digest);
	memcpy(place.mailbox, digest, sizeof(place.mailbox));
	return place;
}

static bool
box_is_in_place(struct mailbox *box, const struct coexist_sent_place *place)
{
	struct coexist_sent_place here;
	struct mailbox_status status;

	if (mailbox_get_status(box, STATUS_UIDVALIDITY, &status) < 0)
		return FALSE;
	here = coexist_sent_place_get(box, status.uidvalidity, place->uid);
	return memcmp(&here, place, sizeof(here)) == 0;
}

/* Returns TRUE if the message is known by its GUID. A storage that has none, or
   another one than it was given, has to be asked for the header. */
static bool
has_guid(struct coexist_sent_mail *mail,
	 const struct coexist_sent_record *record)
{
	const char *guid;

	return !guid_128_is_empty(record->guid) &&
		mail_get_special(mail->mail, MAIL_FETCH_GUID, &guid) == 0 &&
		strcmp(guid, guid_128_to_string(record->guid)) == 0;
}

/* Returns 1 if the message is the one that was recorded: whatever became of the
   file of records, no other message may go. Returns 0 or -1 as below. */
static int
mail_is_recorded(struct coexist_sent_mail *mail,
		 const struct coexist_sent_record *record)
{
	struct coexist_sent_header header;
	struct istream *input;

	if (has_guid(mail, record))
		return 1;
	if (mail_get_hdr_stream(mail->mail, NULL, &input) < 0 ||
	    coexist_sent_header_read(input, &header) < 0) {
		mail_log(mail, "read");
		return -1;
	}
	return memcmp(&header.keys, &record->keys,
		      sizeof(header.keys)) == 0 ? 1 : 0;
}

/* Traces why the message of a record is not taken for the one that it was. */
static int record_trace(struct mail_user *user,
			const struct coexist_sent_record *record,
			const char *reason)
{
	coexist_trace(user, "Sent message with UID %u: %s", record->place.uid,
		      reason);
	return 0;
}

static int
mail_open_record(struct mail_user *user,
		 const struct coexist_sent_record *record,
		 struct coexist_sent_mail *mail_r)
{
	int ret;

	i_zero(mail_r);
	mail_r->box = coexist_sent_mailbox_find(user, &ret);
	if (ret < 0) {
		if (mailbox_get_last_mail_error(mail_r->box) ==
		    MAIL_ERROR_NOTFOUND)
			return 0;
		mail_log(mail_r, "open");
		return -1;
	}
	if (mail_sync(mail_r) < 0)
		return -1;
	if (!box_is_in_place(mail_r->box, &record->place)) {
		return record_trace(user, record,
				    "not in the mailbox for sent messages");
	}
	if (!mail_find(mail_r, record->place.uid))
		return record_trace(user, record, "it is gone");
	ret = mail_is_recorded(mail_r, record);
	return ret != 0 ? ret :
		record_trace(user, record, "it is another one");
}

int coexist_sent_mail_open_record(struct mail_user *user,
				  const struct coexist_sent_record *record,
				  struct coexist_sent_mail *mail_r)
{
	int ret = mail_open_record(user, record, mail_r);

	if (ret <= 0)
		coexist_sent_mail_close(mail_r);
	return ret;
}

bool coexist_sent_mail_is_with(const struct coexist_sent_mail *mail,
			       const struct coexist_sent_record *record)
{
	return box_is_in_place(mail->box, &record->place);
}

int coexist_sent_mail_find_record(const struct coexist_sent_mail *mail,
				  const struct coexist_sent_record *record,
				  struct mail **mail_r)
{
	struct coexist_sent_mail other = *mail;
	struct mail_user *user = mail->box->storage->user;
	int ret;

	other.mail = mail_alloc(mail->t, 0, NULL);
	if (!mail_has_uid(other.mail, record->place.uid))
		ret = record_trace(user, record, "it is gone");
	else {
		ret = mail_is_recorded(&other, record);
		if (ret == 0)
			(void)record_trace(user, record, "it is another one");
	}
	if (ret <= 0)
		mail_free(&other.mail);
	*mail_r = other.mail;
	return ret;
}

int coexist_sent_mail_open_uid(struct mailbox *box, uint32_t uid,
			       struct coexist_sent_mail *mail_r)
{
	int ret = -1;

	i_zero(mail_r);
	mail_r->box = mailbox_alloc(box->list, mailbox_get_vname(box),
				    MAILBOX_FLAG_SAVEONLY |
				    MAILBOX_FLAG_IGNORE_ACLS);
	if (mailbox_open(mail_r->box) < 0)
		mail_log(mail_r, "open");
	else if (mail_sync(mail_r) == 0)
		ret = mail_find(mail_r, uid) ? 1 : 0;
	if (ret <= 0)
		coexist_sent_mail_close(mail_r);
	return ret;
}

/* The body */

struct body {
	struct istream *input;
	const unsigned char *data;
	size_t size, used;
};

/* Returns the body's next byte that is not a CR, or -1 at its end. */
static int body_next(struct body *body)
{
	int byte = '\r';

	while (byte == '\r') {
		if (body->used == body->size) {
			i_stream_skip(body->input, body->used);
			body->used = 0;
			if (i_stream_read_more(body->input, &body->data,
					       &body->size) <= 0) {
				body->size = 0;
				return -1;
			}
		}
		byte = body->data[body->used++];
	}
	return byte;
}

static bool streams_equal(struct istream *input1, struct istream *input2)
{
	struct body a = { .input = input1 }, b = { .input = input2 };
	int byte;

	do {
		byte = body_next(&a);
		if (byte != body_next(&b))
			return FALSE;
	} while (byte != -1);
	return input1->stream_errno == 0 && input2->stream_errno == 0;
}

int coexist_sent_mail_get_body(struct coexist_sent_mail *mail,
			       struct istream **input_r, uoff_t *offset_r)
{
	struct message_size header;

	if (mail_get_stream(mail->mail, &header, NULL, input_r) < 0)
		return -1;
	*offset_r = header.physical_size;
	return 0;
}

bool coexist_sent_mail_has_body(struct coexist_sent_mail *mail,
				const struct coexist_sent_body *body)
{
	struct istream *stored;
	uoff_t begin;

	if (coexist_sent_mail_get_body(mail, &stored, &begin) < 0)
		return FALSE;
	i_stream_seek(stored, begin);
	i_stream_seek(body->input, body->offset);
	return streams_equal(stored, body->input);
}

#define HASH_BYTES_MAX_COUNT (64 * 1024)

uint32_t coexist_sent_body_hash(struct istream *input, uoff_t offset)
{
	struct body body = { .input = input };
	uint32_t hash = 0;
	unsigned char data;
	unsigned int count;
	int byte;

	i_stream_seek(input, offset);
	for (count = 0; count < HASH_BYTES_MAX_COUNT &&
	     (byte = body_next(&body)) != -1; count++) {
		data = (unsigned char)byte;
		hash = crc32_data_more(hash, &data, 1);
	}
	if (input->stream_errno != 0)
		return 0;
	return hash == 0 ? 1 : hash;
}
