/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in sent-trace.h. */

#include "lib.h"
#include "sent-trace.h"
#include "istream.h"
#include "message-header-parser.h"

static bool is_trace(const char *name)
{
	static const char *const names[] = {
		"Received", "Return-Path", "Delivered-To", "X-Original-To"
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(names); i++) {
		if (strcasecmp(name, names[i]) == 0)
			return TRUE;
	}
	return FALSE;
}

uoff_t coexist_sent_trace_size(struct istream *input)
{
	struct message_header_parser_ctx *parser;
	struct message_header_line *line;
	uoff_t size = 0;
	bool found = FALSE;

	i_stream_seek(input, 0);
	parser = message_parse_header_init(input, /*hdr_size=*/NULL, /*flags=*/0);
	while (!found && message_parse_header_next(parser, &line) > 0 &&
	       !line->eoh) {
		found = !line->continued && !is_trace(line->name);
		if (found)
			size = line->name_offset;
	}
	message_parse_header_deinit(&parser);
	return size;
}
