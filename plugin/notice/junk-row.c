/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in junk-row.h. */

#include "lib.h"
#include "junk-row.h"
#include "str.h"
#include "unichar.h"
#include "message-address.h"
#include "message-header-decode.h"

#include <ctype.h>

/* In characters. */
#define SUBJECT_MAX_LENGTH 60
/* Of what is looked at, in bytes: decoding takes time. */
#define SUBJECT_MAX_SIZE 1000
#define DOMAIN_MAX_SIZE 60

static bool is_domain(const char *text)
{
	const char *p;

	for (p = text; *p != '\0'; p++) {
		if (!i_isalnum(*p) && *p != '.' && *p != '-')
			return FALSE;
	}
	return p != text && p - text <= DOMAIN_MAX_SIZE;
}

const char *coexist_junk_domain(const char *from)
{
	const struct message_address *address =
		message_address_parse(pool_datastack_create(),
				      (const unsigned char *)from, strlen(from),
				      /*max_addresses=*/1, /*flags=*/0);

	return address != NULL && address->domain != NULL &&
		is_domain(address->domain) ? address->domain : "?";
}

/* Returns TRUE for what is not seen, or changes how the rest is seen: controls, marks
   of direction (Unicode TR 9), joiners, variation selectors and tags. */
static bool is_unseen(unichar_t chr)
{
	static const struct {
		unichar_t first, last;
	} ranges[] = {
		{ 0x7f, 0x9f }, { 0xad, 0xad }, { 0x61c, 0x61c },
		{ 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x2028, 0x202e },
		{ 0x2060, 0x206f }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
		{ 0xfff9, 0xfffb }, { 0xe0000, 0xe0fff }
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(ranges); i++) {
		if (chr >= ranges[i].first && chr <= ranges[i].last)
			return TRUE;
	}
	return FALSE;
}

/* Mail programs make a link of such a word. */
static bool is_link(const char *word)
{
	return strstr(word, "://") != NULL || strchr(word, '@') != NULL ||
		(strchr(word, '.') != NULL && strchr(word, '/') != NULL) ||
		strncasecmp(word, "www.", 4) == 0 ||
		strncasecmp(word, "mailto:", 7) == 0;
}

/* Returns the text with blanks for controls, without what is not seen. */
static const char *seen(const char *text)
{
	string_t *str = t_str_new(128);
	unichar_t chr;
	int size;

	for (; *text != '\0'; text += size) {
		size = uni_utf8_get_char(text, &chr);
		if (size <= 0)
			break;
		if (chr < 0x20)
			str_append_c(str, ' ');
		else if (!is_unseen(chr))
			str_append_data(str, text, (size_t)size);
	}
	return str_c(str);
}

static const char *cut(const char *text)
{
	const char *p = text;
	unichar_t chr;
	unsigned int i;
	int size;

	for (i = 0; i < SUBJECT_MAX_LENGTH && *p != '\0'; i++, p += size) {
		size = uni_utf8_get_char(p, &chr);
		if (size <= 0)
			break;
	}
	return *p == '\0' ? text : t_strconcat(t_strdup_until(text, p), "\xe2\x80\xa6", NULL);
}

const char *coexist_junk_subject(const char *subject)
{
	string_t *decoded = t_str_new(128), *line = t_str_new(128);
	const char *const *words;

	message_header_decode_utf8((const unsigned char *)subject,
				   I_MIN(strlen(subject), SUBJECT_MAX_SIZE),
				   decoded, /*normalizer=*/NULL);
	words = t_strsplit_spaces(seen(str_c(decoded)), " ");
	for (; *words != NULL; words++) {
		if (str_len(line) > 0)
			str_append_c(line, ' ');
		str_append(line, is_link(*words) ? "\xe2\x80\xa6" : *words);
	}
	return cut(str_c(line));
}
