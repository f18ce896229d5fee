/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in sent-append.h. */

#include "lib.h"
#include "sent-append.h"
#include "array.h"
#include "ioloop.h"
#include "istream.h"
#include "mail-storage-private.h"
#include "seq-range-array.h"
#include "mailbox-same.h"
#include "sent-copy.h"
#include "sent-pair.h"
#include "special-mailbox.h"
#include "storage-driver.h"
#include "time-since.h"
#include "user-hooks.h"

/* A program that is offline stores its copy when it is back: mbsync, a phone. */
#define WINDOW_SECS (24 * 60 * 60)

/* The program waits for its reply meanwhile. */
#define LOCK_TIMEOUT_SECS 10

#define SENT_MAILBOX_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, sent_append_mailbox_module)
#define SENT_TRANSACTION_CONTEXT(obj) \
	MODULE_CONTEXT(obj, sent_append_transaction_module)

struct sent_mailbox {
	union mailbox_module_context module_ctx;
};

/* A message of a transaction. */
struct sent_append {
	/* which of those that the transaction stores, from 0 on */
	unsigned int idx;
	struct coexist_sent_keys keys;
};

struct sent_appends {
	union mailbox_transaction_module_context module_ctx;
	ARRAY(struct sent_append) list;
};

static MODULE_CONTEXT_DEFINE_INIT(sent_append_mailbox_module,
				  &mail_storage_module_register);
static MODULE_CONTEXT_DEFINE_INIT(sent_append_transaction_module,
				  &mail_storage_module_register);

static void
append_note(struct mailbox_transaction_context *t,
	    const struct coexist_sent_keys *keys)
{
	struct sent_appends *appends = SENT_TRANSACTION_CONTEXT(t);
	struct sent_append *append;

	if (appends == NULL) {
		appends = i_new(struct sent_appends, 1);
		i_array_init(&appends->list, 4);
		MODULE_CONTEXT_SET(t, sent_append_transaction_module, appends);
	}
	append = array_append_space(&appends->list);
	append->idx = t->save_count;
	append->keys = *keys;
}

static void appends_free(struct sent_appends **_appends)
{
	struct sent_appends *appends = *_appends;

	*_appends = NULL;
	if (appends == NULL)
		return;
	array_free(&appends->list);
	i_free(appends);
}

/* Returns TRUE if the date is near enough to be that of a message which is being
   sent, by this host's clock. */
static bool is_recent(time_t date)
{
	time_t now = ioloop_time;

	return date > now - WINDOW_SECS &&
		date < now + COEXIST_TIME_SKEW_SECS + WINDOW_SECS;
}

/* Notes the message if it may be one that is being sent. Dovecot parses Date and
   Received while it stores the message. */
static void look_at(struct mailbox_transaction_context *t, struct mail *mail)
{
	struct coexist_sent_header header;
	struct istream *input;
	time_t date;
	int timezone;

	if (mail_get_date(mail, &date, &timezone) < 0 || !is_recent(date) ||
	    mail_get_hdr_stream(mail, NULL, &input) < 0 ||
	    coexist_sent_header_read(input, &header) < 0 ||
	    header.received)
		return;
	append_note(t, &header.keys);
}

static int sent_save_finish(struct mail_save_context *ctx)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	struct sent_mailbox *sbox = SENT_MAILBOX_CONTEXT(t->box);
	/* the storage may forget it meanwhile */
	bool look = !ctx->copying_via_save &&
		(ctx->data.flags & MAIL_DRAFT) == 0;

	if (sbox->module_ctx.super.save_finish(ctx) < 0)
		return -1;
	if (look) T_BEGIN {
		look_at(t, ctx->dest_mail);
	} T_END;
	return 0;
}

/* A program that has kept a draft on the server may copy it once it was sent. */
static int sent_copy(struct mail_save_context *ctx, struct mail *mail)
{
	struct mailbox_transaction_context *t = ctx->transaction;
	struct sent_mailbox *sbox = SENT_MAILBOX_CONTEXT(t->box);
	time_t received;

	if (sbox->module_ctx.super.copy(ctx, mail) < 0)
		return -1;
	/* whoever copies years of mail does not read it for us */
	if (mail_get_received_date(mail, &received) == 0 &&
	    is_recent(received) &&
	    coexist_mailbox_is_special(t->box, "\\Sent") &&
	    !coexist_mailbox_is_same(mail->box, t->box)) T_BEGIN {
		look_at(t, mail);
	} T_END;
	return 0;
}

/* Whoever stores a message here does it for another reason. */
static bool is_left_alone(struct mailbox *box)
{
	return coexist_mailbox_is_special(box, "\\Drafts") ||
		coexist_mailbox_is_special(box, "\\Trash") ||
		coexist_mailbox_is_special(box, "\\Junk");
}

static void
pair_all(struct coexist_sent_ring *ring, struct mailbox *box,
	 const struct sent_appends *appends,
	 const struct mail_transaction_commit_changes *changes)
{
	const struct sent_append *append;
	struct seq_range_iter iter;
	uint32_t uid;

	seq_range_array_iter_init(&iter, &changes->saved_uids);
	array_foreach(&appends->list, append) {
		if (seq_range_array_iter_nth(&iter, append->idx, &uid) &&
		    coexist_sent_pair_client(ring, box, &append->keys,
					     changes->uid_validity, uid)) {
			coexist_sent_event_send(box->storage->user,
						COEXIST_SENT_RESULT_REPLACED);
		}
	}
}

/* From before the message is there until the server's is not, nobody else looks. */
static int
commit_paired(struct mailbox_transaction_context *t,
	      const struct sent_appends *appends,
	      struct mail_transaction_commit_changes *changes_r)
{
	struct mailbox *box = t->box;
	struct sent_mailbox *sbox = SENT_MAILBOX_CONTEXT(box);
	struct coexist_sent_ring *ring =
		coexist_sent_ring_lock(box->storage->user, LOCK_TIMEOUT_SECS);
	int ret = sbox->module_ctx.super.transaction_commit(t, changes_r);

	if (ret == 0 && ring != NULL) T_BEGIN {
		pair_all(ring, box, appends, changes_r);
	} T_END;
	coexist_sent_ring_unlock(&ring);
	return ret;
}

static int
sent_transaction_commit(struct mailbox_transaction_context *t,
			struct mail_transaction_commit_changes *changes_r)
{
	struct sent_mailbox *sbox = SENT_MAILBOX_CONTEXT(t->box);
	struct sent_appends *appends = SENT_TRANSACTION_CONTEXT(t);
	int ret;

	if (appends == NULL)
		return sbox->module_ctx.super.transaction_commit(t, changes_r);
	ret = commit_paired(t, appends, changes_r);
	appends_free(&appends);
	return ret;
}

static void
sent_transaction_rollback(struct mailbox_transaction_context *t)
{
	struct sent_mailbox *sbox = SENT_MAILBOX_CONTEXT(t->box);
	struct sent_appends *appends = SENT_TRANSACTION_CONTEXT(t);

	appends_free(&appends);
	sbox->module_ctx.super.transaction_rollback(t);
}

void coexist_sent_append_mailbox_allocated(struct mailbox *box)
{
	struct mail_namespace *ns = mailbox_get_namespace(box);
	struct mailbox_vfuncs *v = box->vlast;
	struct sent_mailbox *sbox;

	/* a colleague's mailbox has that one's sent mail */
	if (ns->type != MAIL_NAMESPACE_TYPE_PRIVATE || is_left_alone(box))
		return;
	/* its server would be asked for each message */
	if (coexist_storage_is_imapc(box->storage))
		return;
	sbox = p_new(box->pool, struct sent_mailbox, 1);
	sbox->module_ctx.super = *v;
	box->vlast = &sbox->module_ctx.super;
	v->save_finish = sent_save_finish;
	v->copy = sent_copy;
	v->transaction_commit = sent_transaction_commit;
	v->transaction_rollback = sent_transaction_rollback;
	MODULE_CONTEXT_SET(box, sent_append_mailbox_module, sbox);
}

void coexist_sent_append_user_created(struct mail_user *user)
{
	if (strcmp(user->service, "imap") == 0 &&
	    coexist_sent_copy_is_kept(user))
		coexist_user_hooks_add(user, COEXIST_HOOKS_SENT);
}
