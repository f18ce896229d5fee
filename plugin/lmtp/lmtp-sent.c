/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in lmtp-sent.h. */

#include "lib.h"
#include "lmtp-sent.h"
#include "istream.h"
#include "mail-deliver.h"
#include "mail-storage-private.h"
#include "smtp-address.h"
#include "compat-master.h"
#include "compat-process.h"
#include "coexist/policy-keys.h"
#include "sent-copy.h"
#include "sent-trace.h"

/* Returns what the program has sent, without what was put before it on the way, or
   -1 if it can't be read. */
static int
message_get(struct mail *mail, struct coexist_sent_message *message_r)
{
	struct istream *input;
	uoff_t size;

	i_zero(message_r);
	if (mail_get_stream(mail, NULL, NULL, &input) < 0 ||
	    i_stream_get_size(input, /*exact=*/TRUE, &size) <= 0)
		return -1;
	message_r->input = input;
	message_r->offset = coexist_sent_trace_size(input);
	message_r->size = size - message_r->offset;
	return 0;
}

static void copy_save(struct mail_deliver_context *ctx)
{
	struct coexist_sent_message message;

	if (smtp_address_isnull(ctx->mail_from) ||
	    !coexist_sent_copy_is_kept(ctx->rcpt_user)) {
		coexist_sent_event_send(ctx->rcpt_user,
					COEXIST_SENT_RESULT_SKIPPED);
	} else if (message_get(ctx->src_mail, &message) < 0) {
		e_warning(ctx->rcpt_user->event, "coexist: Can't keep a copy of "
			  "a sent message: Can't read it: %s",
			  mailbox_get_last_internal_error(ctx->src_mail->box,
							  NULL));
		coexist_sent_event_send(ctx->rcpt_user,
					COEXIST_SENT_RESULT_FAILED);
	} else {
		coexist_sent_copy_save(ctx->rcpt_user, &message);
	}
}

static int
sent_deliver(struct mail_deliver_context *ctx,
	     struct mail_storage **storage_r ATTR_UNUSED)
{
	T_BEGIN {
		copy_save(ctx);
	} T_END;
	/* so nobody delivers it elsewhere */
	ctx->saved_mail = TRUE;
	return 1;
}

/* Of the process and not of a user: in dovecot.conf or a userdb it would take the mail
   of all others for sent mail, too, and Sent or nothing is where that goes. */
static bool process_is_listener(void)
{
	static int is_listener = -1;

	if (is_listener < 0) {
		is_listener = null_strcmp(coexist_compat_option_get(
			COEXIST_KEY_PREFIX"sent_copy_listener"), "yes") == 0;
	}
	return is_listener > 0;
}

void coexist_lmtp_sent_user_created(struct mail_user *user)
{
	/* before those of modules that were loaded for this user, such as Sieve */
	if (coexist_process_delivers() && !user->autocreated &&
	    process_is_listener() && strcmp(user->service, "lmtp") == 0)
		(void)mail_deliver_hook_set(sent_deliver);
}

void coexist_lmtp_sent_deinit(void)
{
	if (coexist_process_delivers() && process_is_listener())
		(void)mail_deliver_hook_set(NULL);
}
