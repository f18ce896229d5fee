/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in lmtp-sent.h. */

#include "lib.h"
#include "lmtp-sent.h"
#include "istream.h"
#include "mail-deliver.h"
#include "mail-storage-private.h"
#include "smtp-address.h"
#include "compat-process.h"
#include "compat-settings.h"
#include "sent-copy.h"
#include "sent-trace.h"

/* Of the process and not of a user: the command line says so. */
static enum {
	LISTENER_UNKNOWN,
	LISTENER_NO,
	LISTENER_YES
} listener = LISTENER_UNKNOWN;

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

static bool setting_is_on(struct mail_user *user)
{
	bool is_on;

	T_BEGIN {
		is_on = strcmp(coexist_site_setting_get(user,
				COEXIST_SITE_sent_copy_listener), "yes") == 0;
	} T_END;
	return is_on;
}

void coexist_lmtp_sent_user_created(struct mail_user *user)
{
	if (!coexist_process_delivers() || user->autocreated ||
	    listener == LISTENER_NO)
		return;
	if (listener == LISTENER_UNKNOWN)
		listener = setting_is_on(user) ? LISTENER_YES : LISTENER_NO;
	/* before those of modules that were loaded for this user, such as Sieve */
	if (listener == LISTENER_YES)
		(void)mail_deliver_hook_set(sent_deliver);
}

void coexist_lmtp_sent_deinit(void)
{
	if (listener == LISTENER_YES)
		(void)mail_deliver_hook_set(NULL);
}
