/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in istream-notify-read.h. */

#include "lib.h"
#include "istream-notify-read.h"
#include "compat-istream.h"

struct notify_read_istream {
	struct istream_private istream;

	istream_notify_read_callback_t *callback;
	void *context;
};

static ssize_t i_stream_notify_read_read(struct istream_private *stream)
{
	struct notify_read_istream *nstream =
		container_of(stream, struct notify_read_istream, istream);
	ssize_t ret;

	i_stream_seek(stream->parent, stream->parent_start_offset +
		      stream->istream.v_offset);
	ret = i_stream_read_copy_from_parent(&stream->istream);
	if (ret > 0)
		nstream->callback(nstream->context);
	return ret;
}

struct istream *
i_stream_create_notify_read(struct istream *input,
			    istream_notify_read_callback_t *callback,
			    void *context)
{
	struct notify_read_istream *nstream;

	nstream = i_new(struct notify_read_istream, 1);
	nstream->callback = callback;
	nstream->context = context;
	nstream->istream.max_buffer_size = input->real_stream->max_buffer_size;
	nstream->istream.read = i_stream_notify_read_read;
	nstream->istream.istream.readable_fd = input->readable_fd;
	nstream->istream.istream.blocking = input->blocking;
	nstream->istream.istream.seekable = input->seekable;
	return coexist_i_stream_create(&nstream->istream, input);
}
