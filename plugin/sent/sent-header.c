/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in sent-header.h. */

#include "lib.h"
#include "sent-header.h"
#include "istream.h"
#include "message-header-parser.h"
#include "sha1.h"

/* The fields of the keys, in the order in which they are hashed. */
enum sent_field {
	FIELD_DATE,
	FIELD_MESSAGE_ID,
	FIELD_FROM,
	FIELD_TO,
	FIELD_CC,
	FIELD_SUBJECT,
	FIELD_COUNT
};

static const char *const field_names[FIELD_COUNT] = {
	[FIELD_DATE] = "Date",
	[FIELD_MESSAGE_ID] = "Message-ID",
	[FIELD_FROM] = "From",
	[FIELD_TO] = "To",
	[FIELD_CC] = "Cc",
	[FIELD_SUBJECT] = "Subject"
};

/* Each field is hashed as it comes, of whatever length it is. */
struct sent_fields {
	struct sha1_ctxt hashes[FIELD_COUNT];
	bool seen[FIELD_COUNT];
	/* the value of this field begins on one of its next lines */
	bool value_follows;
};

static bool is_white(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void field_add(struct sent_fields *fields, enum sent_field field,
		      const unsigned char *value, size_t size)
{
	size_t begin, end;

	for (begin = 0; begin < size; begin = end) {
		while (begin < size && is_white(value[begin]))
			begin++;
		for (end = begin; end < size && !is_white(value[end]); end++) ;
		if (end == begin)
			break;
		sha1_loop(&fields->hashes[field], value + begin, end - begin);
		fields->seen[field] = TRUE;
	}
}

static bool
value_begins(const struct message_header_line *line, const char *word)
{
	size_t length = strlen(word);
	const unsigned char *value = line->value;
	size_t size = line->value_len;

	for (; size > 0 && is_white(*value); value++)
		size--;
	return size >= length &&
		strncasecmp((const char *)value, word, length) == 0;
}

static bool is_blank(const struct message_header_line *line)
{
	size_t i;

	for (i = 0; i < line->value_len && is_white(line->value[i]); i++) ;
	return i == line->value_len;
}

/* Looks at a field that tells by its first word what the message is. */
static void
word_add(struct sent_fields *fields, const struct message_header_line *line,
	 struct coexist_sent_header *header)
{
	if (line->continued && !fields->value_follows)
		return;
	fields->value_follows = is_blank(line);
	if (fields->value_follows)
		return;
	if (strcasecmp(line->name, "Auto-Submitted") == 0)
		header->automatic |= !value_begins(line, "no");
	else if (strcasecmp(line->name, "Content-Type") == 0)
		header->automatic |= value_begins(line, "multipart/report");
}

static void line_add(struct sent_fields *fields,
		     const struct message_header_line *line,
		     struct coexist_sent_header *header)
{
	enum sent_field field;

	for (field = 0; field < FIELD_COUNT; field++) {
		if (strcasecmp(line->name, field_names[field]) == 0) {
			field_add(fields, field, line->value, line->value_len);
			return;
		}
	}
	if (strcasecmp(line->name, "Received") == 0)
		header->received = TRUE;
	else
		word_add(fields, line, header);
}

#define FIELD_FLAG(field) (1U << (field))
#define FIELDS_LOOK (FIELD_FLAG(FIELD_FROM) | FIELD_FLAG(FIELD_TO) | \
		     FIELD_FLAG(FIELD_CC) | FIELD_FLAG(FIELD_SUBJECT))

static void key_make(const unsigned char (*digests)[SHA1_RESULTLEN],
		     unsigned int fields, unsigned char *key_r)
{
	unsigned char digest[SHA1_RESULTLEN];
	struct sha1_ctxt hash;
	enum sent_field field;

	sha1_init(&hash);
	for (field = 0; field < FIELD_COUNT; field++) {
		if ((fields & FIELD_FLAG(field)) != 0)
			sha1_loop(&hash, digests[field], SHA1_RESULTLEN);
	}
	sha1_result(&hash, digest);
	memcpy(key_r, digest, COEXIST_SENT_KEY_SIZE);
}

static void keys_make(struct sent_fields *fields,
		      struct coexist_sent_keys *keys_r)
{
	unsigned char digests[FIELD_COUNT][SHA1_RESULTLEN];
	enum sent_field field;

	if (!fields->seen[FIELD_DATE])
		return;
	for (field = 0; field < FIELD_COUNT; field++)
		sha1_result(&fields->hashes[field], digests[field]);
	key_make(digests, FIELD_FLAG(FIELD_DATE) | FIELDS_LOOK, keys_r->look);
	if (!fields->seen[FIELD_MESSAGE_ID])
		return;
	key_make(digests, FIELD_FLAG(FIELD_DATE) | FIELD_FLAG(FIELD_MESSAGE_ID),
		 keys_r->id);
	key_make(digests, FIELD_FLAG(FIELD_MESSAGE_ID) | FIELDS_LOOK,
		 keys_r->undated);
}

int coexist_sent_header_read(struct istream *input,
			     struct coexist_sent_header *header_r)
{
	struct message_header_parser_ctx *parser;
	struct message_header_line *line;
	struct sent_fields fields;
	enum sent_field field;
	int ret;

	i_zero(header_r);
	i_zero(&fields);
	for (field = 0; field < FIELD_COUNT; field++)
		sha1_init(&fields.hashes[field]);
	parser = message_parse_header_init(input, NULL, 0);
	while ((ret = message_parse_header_next(parser, &line)) > 0) {
		if (!line->eoh)
			line_add(&fields, line, header_r);
	}
	message_parse_header_deinit(&parser);
	/* 0: a stream that would have to wait is none of those that are asked */
	if (ret == 0 || input->stream_errno != 0)
		return -1;
	keys_make(&fields, &header_r->keys);
	return 0;
}

bool coexist_sent_key_equals(const unsigned char *key1,
			     const unsigned char *key2)
{
	static const unsigned char none[COEXIST_SENT_KEY_SIZE];

	return memcmp(key1, none, sizeof(none)) != 0 &&
		memcmp(key1, key2, sizeof(none)) == 0;
}
