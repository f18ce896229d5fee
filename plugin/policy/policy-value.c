/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-value.h. */

#include "policy-value.h"
#include "policy-bounds.h"
#include "policy-number.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
word_equals(const char *word, size_t length, const char *name)
{
	return strlen(name) == length && strncasecmp(word, name, length) == 0;
}

static bool
choice_find(const char *choices, const char *word, size_t length,
	    uint64_t *index_r)
{
	const char *choice;
	size_t choice_length;
	uint64_t i;

	for (i = 0; coexist_list_next(&choices, &choice, &choice_length); i++) {
		if (choice_length == length &&
		    strncasecmp(choice, word, length) == 0) {
			*index_r = i;
			return true;
		}
	}
	return false;
}

/* Reads a word for yes or no, as a column of a database may have it. */
static bool flag_parse(const char *text, size_t length, uint64_t *number_r)
{
	static const char words[][2][6] = {
		{ "no", "yes" }, { "false", "true" }, { "0", "1" },
		{ "n", "y" }, { "f", "t" }
	};
	size_t i, answer;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (answer = 0; answer < 2; answer++) {
			if (word_equals(text, length, words[i][answer])) {
				*number_r = answer;
				return true;
			}
		}
	}
	return false;
}

static bool switch_parse(const char *text, size_t length, uint64_t *number_r)
{
	bool is_on = word_equals(text, length, "on");

	if (!is_on && !word_equals(text, length, "off"))
		return flag_parse(text, length, number_r);
	*number_r = is_on ? 1 : 0;
	return true;
}

/* A word for no is a deny: switches of panels are written so. */
static bool access_parse(const char *choices, const char *text, size_t length,
			 uint64_t *number_r)
{
	uint64_t answer;

	if (choice_find(choices, text, length, number_r))
		return true;
	if (!switch_parse(text, length, &answer) || answer != 0)
		return false;
	*number_r = COEXIST_ACCESS_DENY;
	return true;
}

/* Returns true if the text says yes, and that is no value of the key. */
static bool
is_mere_yes(const struct coexist_policy_key *key, const char *text,
	    size_t length)
{
	uint64_t answer;

	switch (key->type) {
	case COEXIST_TYPE_FLAG:
		return false;
	case COEXIST_TYPE_ACCESS:
		return switch_parse(text, length, &answer) && answer != 0;
	default:
		return length == 3 && strncmp(text, "yes", length) == 0;
	}
}

static bool date_parse(const char *text, size_t length, uint64_t *number_r)
{
	if (!word_equals(text, length, "none"))
		return coexist_date_parse(text, length, number_r);
	*number_r = COEXIST_DATE_NONE;
	return true;
}

static bool size_parse(const char *text, size_t length, uint64_t *number_r)
{
	if (!word_equals(text, length, "0"))
		return coexist_size_parse(text, length, number_r);
	*number_r = 0;
	return true;
}

static bool network_check(const char *item, size_t length)
{
	char address[INET6_ADDRSTRLEN];
	unsigned char binary[sizeof(struct in6_addr)];
	const char *slash = memchr(item, '/', length);
	size_t address_length =
		slash == NULL ? length : (size_t)(slash - item);
	uint64_t bits = 0, max_bits;

	if (address_length == 0 || address_length >= sizeof(address))
		return false;
	memcpy(address, item, address_length);
	address[address_length] = '\0';
	if (inet_pton(AF_INET, address, binary) == 1)
		max_bits = 32;
	else if (inet_pton(AF_INET6, address, binary) == 1)
		max_bits = 128;
	else
		return false;
	return slash == NULL ||
		coexist_number_parse(slash + 1, length - address_length - 1,
				     max_bits, &bits);
}

static bool percent_check(const char *item, size_t length)
{
	uint64_t ignored;

	return coexist_percent_parse(item, length, &ignored);
}

static bool size_check(const char *item, size_t length)
{
	uint64_t ignored;

	return coexist_size_parse(item, length, &ignored);
}

/* A number without a unit would be seconds, and whoever writes 30 7 1 means days. */
static bool interval_check(const char *item, size_t length)
{
	uint64_t ignored;

	return length > 0 && !is_digit(item[length - 1]) &&
		coexist_interval_parse(item, length, &ignored);
}

static bool mailbox_check(const char *item, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		if ((unsigned char)item[i] < ' ' || item[i] == '"')
			return false;
	}
	return length > 0;
}

bool coexist_openable_is_undo(const char *item, size_t length)
{
	return word_equals(item, length, COEXIST_MAY_UNDO_WORD);
}

static bool openable_find(const char *item, size_t length,
			  enum coexist_openable *openable_r)
{
	enum coexist_key key;

	return coexist_key_find_length(item, length, &key) &&
		coexist_openable_find(key, openable_r);
}

static bool openable_check(const char *item, size_t length)
{
	enum coexist_openable ignored;

	return coexist_openable_is_undo(item, length) ||
		openable_find(item, length, &ignored);
}

static bool keys_read(const char *list, uint64_t *set_r)
{
	enum coexist_openable openable;
	const char *item;
	size_t length;
	uint64_t set = 0;

	if (strchr(list, '"') != NULL)
		return false;
	while (coexist_list_next(&list, &item, &length)) {
		if (coexist_openable_is_undo(item, length))
			set |= 1ULL << COEXIST_OPENABLE_COUNT;
		else if (openable_find(item, length, &openable))
			set |= 1ULL << openable;
		else
			return false;
	}
	*set_r = set;
	return true;
}

/* A memo of the last list: nearly all mailboxes of a site have the same, and each login
   asks. */
static bool keys_parse(const char *list, uint64_t *set_r)
{
	static char last[256];
	static uint64_t last_set;
	size_t length;

	if (*last != '\0' && strcmp(list, last) == 0) {
		*set_r = last_set;
		return true;
	}
	if (!keys_read(list, set_r))
		return false;
	length = strlen(list);
	if (length < sizeof(last)) {
		memcpy(last, list, length + 1);
		last_set = *set_r;
	}
	return true;
}

static bool path_check(const char *item, size_t length)
{
	return item[0] == '/' && mailbox_check(item, length);
}

static bool
list_check(const char *list, bool (*check)(const char *item, size_t length))
{
	const char *item;
	size_t length;

	while (coexist_list_next(&list, &item, &length)) {
		if (!check(item, length))
			return false;
	}
	return true;
}

/* A list without quotes. Only lists of names may have them, so that the readers
   of the others need not know about quotes. */
static bool
plain_list_check(const char *list,
		 bool (*check)(const char *item, size_t length))
{
	return strchr(list, '"') == NULL && list_check(list, check);
}

static bool choices_check(const char *choices, const char *list)
{
	const char *item;
	size_t length;
	uint64_t ignored;

	while (coexist_list_next(&list, &item, &length)) {
		if (!choice_find(choices, item, length, &ignored))
			return false;
	}
	return true;
}

static bool quotes_are_paired(const char *list)
{
	unsigned int count = 0;

	for (; *list != '\0'; list++)
		count += *list == '"' ? 1 : 0;
	return count % 2 == 0;
}

/* RFC 5646 without its rarer forms: two or three letters, then subtags of two
   to eight letters or digits. */
static bool language_check(const char *tag, const char *end)
{
	size_t length;

	for (length = 0; is_alpha(tag[length]); length++) ;
	if (length < 2 || length > 3)
		return false;
	for (tag += length; *tag == '-'; tag += length) {
		tag++;
		for (length = 0; is_alpha(tag[length]) ||
		     is_digit(tag[length]); length++) ;
		if (length < 2 || length > 8)
			return false;
	}
	return tag == end;
}

/* The text has no blanks around the length, and may have some behind it. */
static bool
value_read(const struct coexist_policy_key *key, const char *text,
	   size_t length, uint64_t *number_r)
{
	switch (key->type) {
	case COEXIST_TYPE_ACCESS:
		return access_parse(key->choices, text, length, number_r);
	case COEXIST_TYPE_CHOICE:
		return choice_find(key->choices, text, length, number_r);
	case COEXIST_TYPE_CHOICES:
		return choices_check(key->choices, text);
	case COEXIST_TYPE_FLAG:
		return flag_parse(text, length, number_r);
	case COEXIST_TYPE_NUMBER:
		return coexist_number_parse(text, length, UINT32_MAX, number_r);
	case COEXIST_TYPE_INTERVAL:
		return coexist_interval_parse(text, length, number_r);
	case COEXIST_TYPE_INTERVALS:
		return plain_list_check(text, interval_check);
	case COEXIST_TYPE_DATE:
		return date_parse(text, length, number_r);
	case COEXIST_TYPE_NETWORKS:
		return plain_list_check(text, network_check);
	case COEXIST_TYPE_PERCENTS:
		return plain_list_check(text, percent_check);
	case COEXIST_TYPE_SIZE:
		return size_parse(text, length, number_r);
	case COEXIST_TYPE_SIZES:
		return plain_list_check(text, size_check);
	case COEXIST_TYPE_MAILBOXES:
		return quotes_are_paired(text) &&
			list_check(text, mailbox_check);
	case COEXIST_TYPE_PATHS:
		return quotes_are_paired(text) &&
			list_check(text, path_check);
	case COEXIST_TYPE_KEYS:
		return keys_parse(text, number_r) ||
			word_equals(text, length, "none");
	case COEXIST_TYPE_BOUNDS:
		return coexist_bounds_check(text);
	case COEXIST_TYPE_LANGUAGE:
		return language_check(text, text + length);
	case COEXIST_TYPE_TEXT:
		return length <= COEXIST_TEXT_MAX_LENGTH;
	}
	return false;
}

static bool is_blank(const char *text)
{
	while (coexist_list_is_separator(*text))
		text++;
	return *text == '\0';
}

static size_t trim(const char **text)
{
	size_t length;

	while (**text == ' ' || **text == '\t')
		(*text)++;
	for (length = strlen(*text); length > 0; length--) {
		if ((*text)[length - 1] != ' ' && (*text)[length - 1] != '\t')
			break;
	}
	return length;
}

enum coexist_value_status
coexist_value_parse(const struct coexist_policy_key *key, const char *text,
		    struct coexist_value *value_r)
{
	uint64_t number = 0;
	size_t length;

	if (text == NULL || is_blank(text))
		return COEXIST_VALUE_INHERIT;
	if (strlen(text) > COEXIST_VALUE_MAX_LENGTH)
		return COEXIST_VALUE_UNKNOWN;
	length = trim(&text);
	if (is_mere_yes(key, text, length))
		return COEXIST_VALUE_YES;
	if (!value_read(key, text, length, &number))
		return COEXIST_VALUE_UNKNOWN;
	value_r->number = number;
	return COEXIST_VALUE_VALID;
}

static bool item_check(const struct coexist_policy_key *key, const char *item,
		       size_t length)
{
	uint64_t ignored;

	switch (key->type) {
	case COEXIST_TYPE_CHOICES:
		return choice_find(key->choices, item, length, &ignored);
	case COEXIST_TYPE_NETWORKS:
		return network_check(item, length);
	case COEXIST_TYPE_PERCENTS:
		return percent_check(item, length);
	case COEXIST_TYPE_SIZES:
		return size_check(item, length);
	case COEXIST_TYPE_INTERVALS:
		return interval_check(item, length);
	case COEXIST_TYPE_MAILBOXES:
		return mailbox_check(item, length);
	case COEXIST_TYPE_PATHS:
		return path_check(item, length);
	case COEXIST_TYPE_KEYS:
		return openable_check(item, length);
	default:
		return true;
	}
}

bool coexist_value_find_bad_item(const struct coexist_policy_key *key,
				 const char *text, const char **item_r,
				 size_t *length_r)
{
	const char *item;
	size_t length;

	if (key->type == COEXIST_TYPE_BOUNDS)
		return coexist_bounds_find_bad(text, item_r, length_r);
	while (coexist_list_next(&text, &item, &length)) {
		if (!item_check(key, item, length)) {
			*item_r = item;
			*length_r = length;
			return true;
		}
	}
	return false;
}
