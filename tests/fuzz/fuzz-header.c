/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text is the header of a message that somebody sends, with
   any line ends and behind any trace. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "buffer.h"
#include "istream.h"
#include "junk-row.h"
#include "sent-header.h"
#include "sent-trace.h"
#include "unichar.h"

static void
header_read(const uint8_t *data, size_t size,
	    struct coexist_sent_header *header_r)
{
	struct istream *input = i_stream_create_from_data(data, size);

	i_assert(coexist_sent_header_read(input, header_r) == 0);
	i_stream_unref(&input);
}

static bool keys_equal(const struct coexist_sent_keys *a,
		       const struct coexist_sent_keys *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static size_t trace_size(const uint8_t *data, size_t size)
{
	struct istream *input = i_stream_create_from_data(data, size);
	size_t trace = coexist_sent_trace_size(input);

	i_stream_unref(&input);
	return trace;
}

/* A trace does not make another message of it, and has an end. */
static void check_trace(const uint8_t *data, size_t size,
			const struct coexist_sent_header *header)
{
	static const char trace[] =
		"Received: from a.example\n\tby b.example\n"
		"Delivered-To: jo@example.org\n";
	struct coexist_sent_header traced;
	size_t length = trace_size(data, size);
	buffer_t *buf = t_buffer_create(size + sizeof(trace));

	i_assert(length <= size);
	i_assert(length == 0 || trace_size(data + length, size - length) == 0);
	buffer_append(buf, trace, strlen(trace));
	buffer_append(buf, data, size);
	/* a line that goes on, or ends the header, would belong to the trace */
	if (size == 0 || strchr(" \t\r\n", data[0]) != NULL)
		return;
	header_read(buf->data, buf->used, &traced);
	i_assert(traced.received);
	i_assert(keys_equal(&traced.keys, &header->keys));
	i_assert(traced.automatic == header->automatic);
}

/* Each line end is CR and LF, as SMTP has it. */
static void check_line_ends(const uint8_t *data, size_t size,
			    const struct coexist_sent_header *header)
{
	struct coexist_sent_header sent;
	buffer_t *buf = t_buffer_create(size * 2);
	size_t i;

	if (memchr(data, '\r', size) != NULL)
		return;
	for (i = 0; i < size; i++) {
		if (data[i] == '\n')
			buffer_append_c(buf, '\r');
		buffer_append_c(buf, data[i]);
	}
	header_read(buf->data, buf->used, &sent);
	i_assert(keys_equal(&sent.keys, &header->keys));
	i_assert(sent.received == header->received &&
		 sent.automatic == header->automatic);
}

/* What is shown of junk is a line of text. */
static void check_junk(const char *text)
{
	const char *subject = coexist_junk_subject(text);
	const char *domain = coexist_junk_domain(text);

	i_assert(strpbrk(subject, "\r\n\t@") == NULL);
	i_assert(uni_utf8_str_is_valid(subject));
	i_assert(uni_utf8_strlen(subject) <= 61);
	i_assert(*domain != '\0' && strpbrk(domain, " @/<>\r\n") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coexist_sent_header header;

	fuzz_init();
	if (size == 0)
		return 0;
	T_BEGIN {
		header_read(data, size, &header);
		check_trace(data, size, &header);
		check_line_ends(data, size, &header);
		check_junk(fuzz_text(data, size));
	} T_END;
	return 0;
}
