/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in sent-bcc.h. */

#include "lib.h"
#include "sent-bcc.h"
#include "array.h"
#include "istream.h"
#include "message-address.h"
#include "message-header-parser.h"
#include "str.h"

/* Longer headers are hostile, or a mailing of somebody who uses no Bcc. */
#define HEADER_MAX_SIZE (256 * 1024)
#define ADDRESSES_MAX 10000

struct bcc_header {
	/* addresses that the message names */
	ARRAY_TYPE(const_string) named;
	bool has_bcc;
};

static void addresses_add(struct bcc_header *header, const unsigned char *value,
			  size_t size)
{
	const struct message_address *address;
	const char *text;

	address = message_address_parse(pool_datastack_create(), value, size,
					ADDRESSES_MAX, 0);
	for (; address != NULL; address = address->next) {
		if (address->mailbox == NULL || address->domain == NULL)
			continue;
		text = t_strconcat(address->mailbox, "@", address->domain,
				   NULL);
		array_push_back(&header->named, &text);
	}
}

static void line_add(struct bcc_header *header, struct message_header_line *line)
{
	bool is_list = strcasecmp(line->name, "To") == 0 ||
		strcasecmp(line->name, "Cc") == 0;

	if (strcasecmp(line->name, "Bcc") == 0)
		header->has_bcc = TRUE;
	if (!is_list)
		return;
	if (line->continues)
		line->use_full_value = TRUE;
	else
		addresses_add(header, line->full_value, line->full_value_len);
}

/* Returns FALSE if the header can't be read as a whole. */
static bool header_read(struct istream *input, struct bcc_header *header_r)
{
	struct message_header_parser_ctx *parser;
	struct message_header_line *line;
	bool complete = FALSE;

	t_array_init(&header_r->named, 16);
	header_r->has_bcc = FALSE;
	parser = message_parse_header_init(input, NULL, 0);
	while (message_parse_header_next(parser, &line) > 0) {
		if (line->eoh)
			complete = TRUE;
		else
			line_add(header_r, line);
	}
	message_parse_header_deinit(&parser);
	return complete && input->stream_errno == 0;
}

static bool
is_named(const struct bcc_header *header, const char *recipient)
{
	const char *named;

	array_foreach_elem(&header->named, named) {
		if (strcasecmp(named, recipient) == 0)
			return TRUE;
	}
	return FALSE;
}

const char *coexist_sent_bcc_field(struct istream *input,
				   const char *const *recipients)
{
	struct istream *limited = i_stream_create_limit(input, HEADER_MAX_SIZE);
	struct bcc_header header;
	string_t *field = t_str_new(128);
	bool readable = header_read(limited, &header);

	i_stream_unref(&limited);
	if (!readable || header.has_bcc)
		return "";
	for (; *recipients != NULL; recipients++) {
		if (is_named(&header, *recipients))
			continue;
		str_append(field, str_len(field) == 0 ? "Bcc: " : ",\r\n ");
		str_append(field, *recipients);
	}
	if (str_len(field) > 0)
		str_append(field, "\r\n");
	return str_c(field);
}
