/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-capa.h. */

#include "pop3-common.h"
#include "pop3-capa.h"
#include "ostream-private.h"
#include "pop3-login-delay.h"
#include "pop3-retention.h"
#include "coexist-event.h"

/* Dovecot sends its answer to CAPA, which has no other way in, by one write.
   RETR and other long answers have a client->cmd while they are sent, so
   what a message says is never taken for the answer. */
#define CAPA_BEGIN "+OK\r\nCAPA\r\n"
#define CAPA_END "\r\n.\r\n"
#define LAST_LINE ".\r\n"

struct capa_ostream {
	struct ostream_private ostream;

	struct client *client;
	/* lines with CR LF, which live as long as the client */
	const char *capabilities;
};

static void capa_destroy(struct iostream_private *stream)
{
	struct capa_ostream *cstream =
		container_of(stream, struct capa_ostream, ostream.iostream);

	o_stream_unref(&cstream->ostream.parent);
}

static bool
is_capa(const struct capa_ostream *cstream, const struct const_iovec *iov,
	unsigned int iov_count)
{
	const size_t begin = strlen(CAPA_BEGIN), end = strlen(CAPA_END);
	const char *data = iov[0].iov_base;

	return iov_count == 1 && cstream->client->cmd == NULL &&
		iov[0].iov_len >= begin + end &&
		memcmp(data, CAPA_BEGIN, begin) == 0 &&
		memcmp(data + iov[0].iov_len - end, CAPA_END, end) == 0;
}

static ssize_t
answer_send(struct capa_ostream *cstream, const struct const_iovec *answer)
{
	const size_t last = strlen(LAST_LINE);
	const struct const_iovec iov[] = {
		{ answer->iov_base, answer->iov_len - last },
		{ cstream->capabilities, strlen(cstream->capabilities) },
		{ LAST_LINE, last }
	};

	if (o_stream_sendv(cstream->ostream.parent, iov, N_ELEMENTS(iov)) < 0)
		return -1;
	cstream->ostream.ostream.offset += iov[1].iov_len;
	return (ssize_t)answer->iov_len;
}

static ssize_t
capa_sendv(struct ostream_private *stream, const struct const_iovec *iov,
	   unsigned int iov_count)
{
	struct capa_ostream *cstream =
		container_of(stream, struct capa_ostream, ostream);
	ssize_t ret;

	if (is_capa(cstream, iov, iov_count))
		ret = answer_send(cstream, iov);
	else
		ret = o_stream_sendv(stream->parent, iov, iov_count);
	if (ret < 0) {
		o_stream_copy_error_from_parent(stream);
		return -1;
	}
	stream->ostream.offset += (uoff_t)ret;
	return ret;
}

static void capa_add(struct client *client, const char *capabilities)
{
	struct ostream *parent = client->output;
	struct capa_ostream *cstream = i_new(struct capa_ostream, 1);

	cstream->client = client;
	cstream->capabilities = capabilities;
	cstream->ostream.sendv = capa_sendv;
	cstream->ostream.iostream.destroy = capa_destroy;
	client->output = o_stream_create(&cstream->ostream, parent,
					 o_stream_get_fd(parent));
	o_stream_set_no_error_handling(client->output, TRUE);
	o_stream_unref(&parent);
}

void pop3_capa_create(struct client *client)
{
	const char *capabilities =
		p_strconcat(client->pool, pop3_retention_capability(client),
			    pop3_login_delay_capability(client), NULL);

	if (*capabilities == '\0')
		return;
	coexist_trace(client->user, "CAPA: the policy adds %s",
		      t_strarray_join((const char *const *)t_strsplit_spaces(
					   capabilities, "\r\n"), ", "));
	capa_add(client, capabilities);
}
