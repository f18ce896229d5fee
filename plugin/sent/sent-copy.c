/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in sent-copy.h. */

#include "lib.h"
#include "sent-copy.h"
#include "ioloop.h"
#include "istream.h"
#include "istream-concat.h"
#include "mail-storage-private.h"
#include "seq-range-array.h"
#include "coexist/day.h"
#include "coexist-event.h"
#include "last-use.h"
#include "lock-timeout.h"
#include "mailbox-state.h"
#include "policy-merge.h"
#include "sent-bcc.h"
#include "sent-mail.h"
#include "sent-pair.h"
#include "session-policy.h"
#include "special-mailbox.h"

static uint64_t policy_number(struct mail_user *user, enum coexist_key key)
{
	const struct coexist_policy *policy = coexist_session_policy_get(user);

	return coexist_policy_number(policy, key);
}

bool coexist_sent_copy_is_kept(struct mail_user *user)
{
	return coexist_session_policy_get(user) != NULL &&
		policy_number(user, COEXIST_KEY_sent_copy) !=
		COEXIST_SENT_COPY_NEVER;
}

/* A mailbox that POP3 was not used for so long belongs to a program that keeps its
   own copies. */
#define POP3_DAYS 30

static bool is_used_by_pop3(struct mail_user *user)
{
	struct coexist_last_use use;
	uint64_t today = coexist_day(ioloop_time), day;
	const char *text;

	if (!coexist_mailbox_state_try_read(user, &text))
		return FALSE;
	/* nobody can tell: a copy too many goes when a program saves its own */
	if (coexist_mailbox_state_is_lost(text))
		return TRUE;
	coexist_last_use_parse(
		coexist_state_text_get(text, COEXIST_STATE_LAST_USE), today,
		&use);
	day = use.protocols[COEXIST_PROTOCOL_POP3].day;
	return day != 0 && day + POP3_DAYS >= today;
}

static bool is_wanted(struct mail_user *user, uoff_t size)
{
	uint64_t max = policy_number(user, COEXIST_KEY_sent_copy_max_size);

	return (max == 0 || size <= max) &&
		(policy_number(user, COEXIST_KEY_sent_copy) !=
		 COEXIST_SENT_COPY_POP3 || is_used_by_pop3(user));
}

void coexist_sent_event_send(struct mail_user *user,
			     enum coexist_sent_result result)
{
	static const char *const names[] = {
		[COEXIST_SENT_RESULT_SAVED] = "saved",
		[COEXIST_SENT_RESULT_SKIPPED] = "skipped",
		[COEXIST_SENT_RESULT_REPLACED] = "replaced",
		[COEXIST_SENT_RESULT_FAILED] = "failed"
	};
	struct event *event = coexist_event_create(user);

	e_debug(event_create_passthrough(event)->
		set_name("coexist_sent_copy")->
		add_str("result", names[result])->event(),
		"coexist: Copy of a sent message: %s", names[result]);
	event_unref(&event);
}

/* The message as it is stored. */

/* Returns what the program sent. */
static struct istream *
bytes_open(const struct coexist_sent_message *message)
{
	i_stream_seek(message->input, message->offset);
	return i_stream_create_limit(message->input, message->size);
}

/* Returns the message with a Bcc before it, if that is to be added. */
static struct istream *
copy_open(struct mail_user *user, const struct coexist_sent_message *message)
{
	struct istream *inputs[3] = { NULL, NULL, NULL };
	struct istream *copy;
	const char *bcc = "";

	inputs[1] = bytes_open(message);
	if (message->recipients != NULL &&
	    policy_number(user, COEXIST_KEY_sent_copy_bcc) != 0) {
		bcc = coexist_sent_bcc_field(inputs[1], message->recipients);
		i_stream_seek(inputs[1], 0);
	}
	if (*bcc == '\0')
		return inputs[1];
	inputs[0] = i_stream_create_copy_from_data(bcc, strlen(bcc));
	copy = i_stream_create_concat(inputs);
	i_stream_unref(&inputs[0]);
	i_stream_unref(&inputs[1]);
	return copy;
}

/* Storing */

static struct mailbox_transaction_context *
transaction_begin(struct mailbox *box)
{
	struct mail_user *user = box->storage->user;
	struct mailbox_transaction_context *t;
	bool dsyncing = user->dsyncing;

	/* as a notice is stored, see notice-save.c */
	if (policy_number(user, COEXIST_KEY_sent_copy_over_quota) ==
	    COEXIST_OVER_QUOTA_SAVE)
		user->dsyncing = TRUE;
	t = mailbox_transaction_begin(box, MAILBOX_TRANSACTION_FLAG_EXTERNAL |
				      MAILBOX_TRANSACTION_FLAG_ASSIGN_UIDS,
				      "coexist sent copy");
	user->dsyncing = dsyncing;
	return t;
}

static int
store(struct mailbox_transaction_context *t, struct istream *input,
      const guid_128_t guid)
{
	struct mail_save_context *save = mailbox_save_alloc(t);
	int ret;

	mailbox_save_set_flags(save, MAIL_SEEN, NULL);
	mailbox_save_set_guid(save, guid_128_to_string(guid));
	if (mailbox_save_begin(&save, input) < 0)
		return -1;
	do {
		if (mailbox_save_continue(save) < 0) {
			mailbox_save_cancel(&save);
			return -1;
		}
	} while ((ret = i_stream_read(input)) > 0);
	if (ret == 0 || input->stream_errno != 0) {
		mail_storage_set_critical(t->box->storage, "read(%s) failed: %s",
					  i_stream_get_name(input),
					  i_stream_get_error(input));
		mailbox_save_cancel(&save);
		return -1;
	}
	return mailbox_save_finish(&save);
}

/* Returns 0 and the place, or -1. */
static int
commit(struct mailbox_transaction_context **t, struct mailbox *box,
       struct coexist_sent_place *place_r)
{
	struct mail_transaction_commit_changes changes;
	struct seq_range_iter iter;
	uint32_t uid = 0;

	if (mailbox_transaction_commit_get_changes(t, &changes) < 0)
		return -1;
	seq_range_array_iter_init(&iter, &changes.saved_uids);
	(void)seq_range_array_iter_nth(&iter, 0, &uid);
	*place_r = coexist_sent_place_get(box, changes.uid_validity, uid);
	pool_unref(&changes.pool);
	return 0;
}

/* Of the ring's lock. Whoever has locked an mbox is waited for by a program whose copy
   has the ring. */
#define LOCK_TIMEOUT_SECS 30
#define LOCK_TIMEOUT_MBOX_SECS 2
/* Of each lock, where a client waits, too: the program has its reply, but its next command
   has none, nor have those of other clients of the process. */
#define LOCK_TIMEOUT_CLIENT_SECS 3

static unsigned int
lock_timeout(const struct coexist_sent_message *message, bool is_mbox)
{
	return is_mbox ? LOCK_TIMEOUT_MBOX_SECS :
		message->client_waits ? LOCK_TIMEOUT_CLIENT_SECS :
		LOCK_TIMEOUT_SECS;
}

/* Commits the message, unless there is one already. Without the lock it may be
   there twice. */
static enum coexist_sent_result
commit_unless_twin(struct mailbox_transaction_context *t,
		   const struct coexist_sent_message *message,
		   const struct coexist_sent_keys *keys, const guid_128_t guid,
		   const struct coexist_sent_body *body)
{
	struct mailbox *box = t->box;
	struct mail_user *user = box->storage->user;
	/* who looks into an mbox and closes it gives up this transaction's lock */
	bool look = strcmp(box->storage->name, "mbox") != 0;
	struct coexist_sent_ring *ring =
		coexist_sent_ring_lock(user, lock_timeout(message, !look));
	struct coexist_sent_record record = {
		.kind = COEXIST_SENT_SERVER,
		.keys = *keys,
		.body = body->hash
	};
	enum coexist_sent_result result = COEXIST_SENT_RESULT_SAVED;

	guid_128_copy(record.guid, guid);
	if (ring != NULL && look &&
	    coexist_sent_pair_server(ring, user, keys, body) !=
	    COEXIST_SENT_TWIN_NONE) {
		mailbox_transaction_rollback(&t);
		result = COEXIST_SENT_RESULT_SKIPPED;
	} else if (commit(&t, box, &record.place) < 0) {
		result = COEXIST_SENT_RESULT_FAILED;
	} else if (ring != NULL && record.place.uid != 0) {
		coexist_sent_ring_add(ring, &record);
	}
	coexist_sent_ring_unlock(&ring);
	return result;
}

static enum coexist_sent_result
save_in(struct mailbox *box, const struct coexist_sent_message *message,
	const struct coexist_sent_keys *keys,
	const struct coexist_sent_body *body)
{
	struct mailbox_transaction_context *t = transaction_begin(box);
	struct istream *copy = copy_open(box->storage->user, message);
	guid_128_t guid;
	int ret;

	guid_128_generate(guid);
	ret = store(t, copy, guid);
	i_stream_unref(&copy);
	if (ret < 0) {
		mailbox_transaction_rollback(&t);
		return COEXIST_SENT_RESULT_FAILED;
	}
	return commit_unless_twin(t, message, keys, guid, body);
}

static enum coexist_sent_result
save(struct mail_user *user, const struct coexist_sent_message *message,
     struct istream *bytes)
{
	enum coexist_sent_result result = COEXIST_SENT_RESULT_FAILED;
	struct coexist_sent_header header;
	struct coexist_sent_body body = { .input = bytes };
	struct mailbox *box;
	int ret;

	if (coexist_sent_header_read(bytes, &header) == 0 && header.automatic)
		return COEXIST_SENT_RESULT_SKIPPED;
	body.offset = bytes->v_offset;
	body.hash = coexist_sent_body_hash(bytes, body.offset);
	box = coexist_sent_mailbox_open(user, &ret);
	if (ret == 0)
		result = save_in(box, message, &header.keys, &body);
	if (result == COEXIST_SENT_RESULT_FAILED) {
		e_warning(box->event, "coexist: Can't keep a copy of a sent "
			  "message: %s",
			  mailbox_get_last_internal_error(box, NULL));
	}
	mailbox_free(&box);
	return result;
}

void coexist_sent_copy_save(struct mail_user *user,
			    const struct coexist_sent_message *message)
{
	enum coexist_sent_result result = COEXIST_SENT_RESULT_SKIPPED;
	struct istream *bytes;

	if (is_wanted(user, message->size)) {
		bytes = bytes_open(message);
		if (message->client_waits)
			coexist_lock_timeout_begin(user,
						   LOCK_TIMEOUT_CLIENT_SECS);
		result = save(user, message, bytes);
		if (message->client_waits)
			coexist_lock_timeout_end(user);
		i_stream_unref(&bytes);
	}
	coexist_sent_event_send(user, result);
}
