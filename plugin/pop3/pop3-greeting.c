/* See the contract in pop3-greeting.h. */

#include "pop3-common.h"
#include "pop3-greeting.h"
#include "buffer.h"
#include "ostream-private.h"

/* Dovecot sends its answer to CAPA, which has no other way in, by one write.
   RETR and other long answers have a client->cmd while they are sent, so
   what a message says is never taken for it. */
#define CAPA_BEGIN "+OK\r\nCAPA\r\n"
#define CAPA_END "\r\n.\r\n"
#define LAST_LINE ".\r\n"

enum pop3_ostream_state {
	POP3_OSTREAM_HOLD,
	POP3_OSTREAM_PASS,
	POP3_OSTREAM_SWALLOW
};

struct pop3_ostream {
	struct ostream_private ostream;

	struct client *client;
	const char *capabilities;
	enum pop3_ostream_state state;
	buffer_t *held;
};

static void o_stream_pop3_destroy(struct iostream_private *stream)
{
	struct pop3_ostream *pstream =
		container_of(stream, struct pop3_ostream, ostream.iostream);

	buffer_free(&pstream->held);
	o_stream_unref(&pstream->ostream.parent);
}

static bool
is_capa(const struct pop3_ostream *pstream, const struct const_iovec *iov,
	unsigned int iov_count)
{
	const size_t begin = strlen(CAPA_BEGIN), end = strlen(CAPA_END);
	const char *data = iov[0].iov_base;

	return iov_count == 1 && pstream->client->cmd == NULL &&
		iov[0].iov_len >= begin + end &&
		memcmp(data, CAPA_BEGIN, begin) == 0 &&
		memcmp(data + iov[0].iov_len - end, CAPA_END, end) == 0;
}

static ssize_t
capa_send(struct pop3_ostream *pstream, const struct const_iovec *reply)
{
	const size_t last = strlen(LAST_LINE);
	const struct const_iovec iov[] = {
		{ reply->iov_base, reply->iov_len - last },
		{ pstream->capabilities, strlen(pstream->capabilities) },
		{ LAST_LINE, last }
	};

	if (o_stream_sendv(pstream->ostream.parent, iov, N_ELEMENTS(iov)) < 0)
		return -1;
	pstream->ostream.ostream.offset += iov[1].iov_len;
	return (ssize_t)reply->iov_len;
}

static size_t
hold(struct pop3_ostream *pstream, const struct const_iovec *iov,
     unsigned int iov_count)
{
	size_t size = 0;
	unsigned int i;

	for (i = 0; i < iov_count; i++) {
		if (pstream->state == POP3_OSTREAM_HOLD) {
			buffer_append(pstream->held, iov[i].iov_base,
				      iov[i].iov_len);
		}
		size += iov[i].iov_len;
	}
	return size;
}

static ssize_t
o_stream_pop3_sendv(struct ostream_private *stream,
		    const struct const_iovec *iov, unsigned int iov_count)
{
	struct pop3_ostream *pstream =
		container_of(stream, struct pop3_ostream, ostream);
	ssize_t ret;

	if (pstream->state != POP3_OSTREAM_PASS)
		ret = (ssize_t)hold(pstream, iov, iov_count);
	else if (is_capa(pstream, iov, iov_count))
		ret = capa_send(pstream, iov);
	else
		ret = o_stream_sendv(stream->parent, iov, iov_count);
	if (ret < 0) {
		o_stream_copy_error_from_parent(stream);
		return -1;
	}
	stream->ostream.offset += (uoff_t)ret;
	return ret;
}

struct ostream *
o_stream_create_pop3(struct client *client, const char *capabilities)
{
	struct ostream *parent = client->output;
	struct pop3_ostream *pstream = i_new(struct pop3_ostream, 1);

	pstream->client = client;
	pstream->capabilities = capabilities;
	pstream->held = buffer_create_dynamic(default_pool, 64);
	pstream->ostream.sendv = o_stream_pop3_sendv;
	pstream->ostream.iostream.destroy = o_stream_pop3_destroy;
	client->output = o_stream_create(&pstream->ostream, parent,
					 o_stream_get_fd(parent));
	o_stream_set_no_error_handling(client->output, TRUE);
	o_stream_unref(&parent);
	return client->output;
}

static struct pop3_ostream *pop3_ostream_get(struct ostream *output)
{
	return container_of(output->real_stream, struct pop3_ostream, ostream);
}

void o_stream_pop3_pass(struct ostream *output)
{
	struct pop3_ostream *pstream = pop3_ostream_get(output);

	if (pstream->state != POP3_OSTREAM_HOLD)
		return;
	pstream->state = POP3_OSTREAM_PASS;
	o_stream_nsend(pstream->ostream.parent, pstream->held->data,
		       pstream->held->used);
	buffer_free(&pstream->held);
}

void o_stream_pop3_replace(struct ostream *output, const char *line)
{
	struct pop3_ostream *pstream = pop3_ostream_get(output);

	pstream->state = POP3_OSTREAM_SWALLOW;
	o_stream_nsend_str(pstream->ostream.parent, line);
	(void)o_stream_flush(pstream->ostream.parent);
}
