/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-greeting.h. */

#include "pop3-common.h"
#include "pop3-greeting.h"
#include "buffer.h"
#include "ostream-private.h"

enum greeting_state {
	GREETING_HELD,
	GREETING_PASSED,
	GREETING_REPLACED
};

struct greeting_ostream {
	struct ostream_private ostream;

	enum greeting_state state;
	buffer_t *held;
};

static void greeting_destroy(struct iostream_private *stream)
{
	struct greeting_ostream *gstream =
		container_of(stream, struct greeting_ostream, ostream.iostream);

	buffer_free(&gstream->held);
	o_stream_unref(&gstream->ostream.parent);
}

/* Returns the size of what is held back, or swallowed. */
static size_t
withhold(struct greeting_ostream *gstream, const struct const_iovec *iov,
	 unsigned int iov_count)
{
	size_t size = 0;
	unsigned int i;

	for (i = 0; i < iov_count; i++) {
		if (gstream->state == GREETING_HELD) {
			buffer_append(gstream->held, iov[i].iov_base,
				      iov[i].iov_len);
		}
		size += iov[i].iov_len;
	}
	return size;
}

static ssize_t
greeting_sendv(struct ostream_private *stream, const struct const_iovec *iov,
	       unsigned int iov_count)
{
	struct greeting_ostream *gstream =
		container_of(stream, struct greeting_ostream, ostream);
	ssize_t ret;

	if (gstream->state != GREETING_PASSED)
		ret = (ssize_t)withhold(gstream, iov, iov_count);
	else
		ret = o_stream_sendv(stream->parent, iov, iov_count);
	if (ret < 0) {
		o_stream_copy_error_from_parent(stream);
		return -1;
	}
	stream->ostream.offset += (uoff_t)ret;
	return ret;
}

struct ostream *pop3_greeting_hold(struct client *client)
{
	struct ostream *parent = client->output;
	struct greeting_ostream *gstream = i_new(struct greeting_ostream, 1);

	gstream->held = buffer_create_dynamic(default_pool, 64);
	gstream->ostream.sendv = greeting_sendv;
	gstream->ostream.iostream.destroy = greeting_destroy;
	client->output = o_stream_create(&gstream->ostream, parent,
					 o_stream_get_fd(parent));
	o_stream_set_no_error_handling(client->output, TRUE);
	o_stream_unref(&parent);
	return client->output;
}

static struct greeting_ostream *greeting_get(struct ostream *output)
{
	return container_of(output->real_stream, struct greeting_ostream,
			    ostream);
}

void pop3_greeting_pass(struct ostream *output)
{
	struct greeting_ostream *gstream = greeting_get(output);

	if (gstream->state != GREETING_HELD)
		return;
	gstream->state = GREETING_PASSED;
	o_stream_nsend(gstream->ostream.parent, gstream->held->data,
		       gstream->held->used);
	buffer_free(&gstream->held);
}

void pop3_greeting_replace(struct ostream *output, const char *line)
{
	struct greeting_ostream *gstream = greeting_get(output);

	gstream->state = GREETING_REPLACED;
	o_stream_nsend_str(gstream->ostream.parent, line);
	(void)o_stream_flush(gstream->ostream.parent);
}
