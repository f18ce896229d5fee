/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-download.h. */

#include "pop3-common.h"
#include "istream.h"
#include "ostream.h"
#include "mail-storage-private.h"
#include "pop3-download.h"
#include "pop3-read-state.h"

#define POP3_DOWNLOAD_MAIL_CONTEXT(obj) \
	MODULE_CONTEXT_REQUIRE(obj, pop3_download_mail_module)

struct pop3_download_mail {
	union mail_module_context module_ctx;

	struct client *client;
	struct pop3_read_state *read_state;
	/* what RETR reads, once it does */
	struct istream *stream;
};

static MODULE_CONTEXT_DEFINE_INIT(pop3_download_mail_module,
				  &mail_module_register);

static int
pop3_download_get_stream(struct mail *_mail, bool get_body,
			 struct message_size *hdr_size,
			 struct message_size *body_size,
			 struct istream **stream_r)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct pop3_download_mail *dmail = POP3_DOWNLOAD_MAIL_CONTEXT(mail);
	/* the reason is that of the outermost call, so read it first */
	bool retr = strcmp(mail->get_stream_reason, "RETR") == 0;

	if (dmail->module_ctx.super.get_stream(_mail, get_body, hdr_size,
					       body_size, stream_r) < 0)
		return -1;
	if (retr && dmail->stream == NULL) {
		dmail->stream = *stream_r;
		i_stream_ref(dmail->stream);
		pop3_read_state_retr_begin(dmail->read_state);
	}
	return 0;
}

/* Returns TRUE if nothing is left to read. i_stream_read_eof() asks the file
   once more even if the stream knows. */
static bool is_at_end(struct istream *stream)
{
	return !i_stream_have_bytes_left(stream) || i_stream_read_eof(stream);
}

/* Returns NULL if RETR read the message to its end and could write all of it,
   else why it did not. Dovecot ends a RETR in the same way when it can do
   neither. */
static const char *why_incomplete(struct pop3_download_mail *dmail)
{
	const struct ostream *output = dmail->client->output;

	if (output->closed)
		return "the connection is closed";
	if (output->stream_errno != 0)
		return "the client can't be written to";
	if (!is_at_end(dmail->stream))
		return "it was not read to its end";
	if (dmail->stream->stream_errno != 0)
		return "it can't be read";
	return NULL;
}

static void pop3_download_free(struct mail *_mail)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct pop3_download_mail *dmail = POP3_DOWNLOAD_MAIL_CONTEXT(mail);

	if (dmail->stream != NULL) {
		pop3_read_state_retr_end(dmail->read_state, _mail,
					 why_incomplete(dmail));
		i_stream_unref(&dmail->stream);
	}
	dmail->module_ctx.super.free(_mail);
}

void pop3_download_mail_allocated(struct client *client,
				  struct pop3_read_state *read_state,
				  struct mail *_mail)
{
	struct mail_private *mail = (struct mail_private *)_mail;
	struct mail_vfuncs *v = mail->vlast;
	struct pop3_download_mail *dmail;

	dmail = p_new(mail->pool, struct pop3_download_mail, 1);
	dmail->client = client;
	dmail->read_state = read_state;
	dmail->module_ctx.super = *v;
	mail->vlast = &dmail->module_ctx.super;
	v->get_stream = pop3_download_get_stream;
	/* a RETR ends by freeing its message; close is called for less */
	v->free = pop3_download_free;
	MODULE_CONTEXT_SET(mail, pop3_download_mail_module, dmail);
}
