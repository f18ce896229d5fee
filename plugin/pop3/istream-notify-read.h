/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_ISTREAM_NOTIFY_READ_H
#define COEXIST_ISTREAM_NOTIFY_READ_H

struct istream;

typedef void istream_notify_read_callback_t(void *context);

/* A filter stream that tells when its client has sent something. */

/* Returns a stream that passes input through and calls back whenever new bytes
   were read, before anybody saw the bytes. The context must outlive the
   stream. */
struct istream *
i_stream_create_notify_read(struct istream *input,
			    istream_notify_read_callback_t *callback,
			    void *context);

#endif
