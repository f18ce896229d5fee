/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_COMPAT_ISTREAM_H
#define COEXIST_COMPAT_ISTREAM_H

#include "compat-version.h"
#include "istream-private.h"

/* Finishes a stream that reads from its parent and from nothing else. Dovecot
   2.4.5 wants that said. */
static inline struct istream *
coexist_i_stream_create(struct istream_private *stream,
			struct istream *parent)
{
	/* Since 2.4.5: c4fab4f95d "lib: istream - Make istreams declare the
	   istreams they read". Goes with 2.4.1. */
#if DOVECOT_PREREQ(2, 4, 5)
	return i_stream_create(stream, parent, i_stream_get_fd(parent),
			       ISTREAM_HIDDEN_INPUTS_NONE, 0);
#else
	return i_stream_create(stream, parent, i_stream_get_fd(parent), 0);
#endif
}

#endif
