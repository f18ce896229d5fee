/* See the contract in policy-value.h. */

#include "policy-value.h"

#include <arpa/inet.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#define KEY_ENTRY(name, type, default_value, choices, state, help) \
	{ #name, COEXIST_TYPE_##type, default_value, choices, help, \
	  COEXIST_OBEYED_##state },
const struct coexist_policy_key coexist_policy_keys[COEXIST_KEY_COUNT] = {
	COEXIST_POLICY_KEYS(KEY_ENTRY)
};

#define SITE_ENTRY(name, type, default_value, choices, help) \
	{ #name, COEXIST_TYPE_##type, default_value, choices, help, \
	  COEXIST_OBEYED_ENFORCED },
const struct coexist_policy_key coexist_site_settings[COEXIST_SITE_COUNT] = {
	COEXIST_SITE_SETTINGS(SITE_ENTRY)
};

/* The longest name of a key, as a type that has room for it. */
union key_name {
#define KEY_NAME(name, type, default_value, choices, state, help) \
	char name[sizeof(#name)];
	COEXIST_POLICY_KEYS(KEY_NAME)
};
#define KEY_NAME_MAX_LENGTH (sizeof(union key_name) - 1)

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit interval_units[] = {
	{ "", 1 },
	{ "s", 1 }, { "sec", 1 }, { "secs", 1 },
	{ "second", 1 }, { "seconds", 1 },
	{ "m", 60 }, { "min", 60 }, { "mins", 60 },
	{ "minute", 60 }, { "minutes", 60 },
	{ "h", 3600 }, { "hour", 3600 }, { "hours", 3600 },
	{ "d", 86400 }, { "day", 86400 }, { "days", 86400 },
	{ "w", 604800 }, { "week", 604800 }, { "weeks", 604800 },
	{ NULL, 0 }
};

static const struct unit size_units[] = {
	{ "", 1 }, { "B", 1 },
	{ "K", 1ULL << 10 }, { "KB", 1ULL << 10 }, { "KiB", 1ULL << 10 },
	{ "M", 1ULL << 20 }, { "MB", 1ULL << 20 }, { "MiB", 1ULL << 20 },
	{ "G", 1ULL << 30 }, { "GB", 1ULL << 30 }, { "GiB", 1ULL << 30 },
	{ "T", 1ULL << 40 }, { "TB", 1ULL << 40 }, { "TiB", 1ULL << 40 },
	{ NULL, 0 }
};

static const struct unit percent_units[] = {
	{ "", 1 }, { "%", 1 },
	{ NULL, 0 }
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_separator(char c)
{
	return c == ' ' || c == '\t' || c == ',';
}

bool coexist_list_next(const char **list, const char **item_r,
		       size_t *length_r)
{
	const char *p = *list;

	while (is_separator(*p))
		p++;
	if (*p == '\0')
		return false;

	if (*p == '"') {
		const char *end = strchr(p + 1, '"');
		size_t length = end == NULL ? strlen(p + 1) :
			(size_t)(end - (p + 1));

		*item_r = p + 1;
		*length_r = length;
		*list = p + 1 + length + (end == NULL ? 0 : 1);
		return true;
	}
	*item_r = p;
	while (*p != '\0' && !is_separator(*p))
		p++;
	*length_r = (size_t)(p - *item_r);
	*list = p;
	return true;
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

static bool flag_parse(const char *text, size_t length, uint64_t *number_r)
{
	static const char *const words[][2] = {
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

/* Reads digits up to the limit. Returns the first character behind them, or
   NULL if there are none or the number is too large. */
static const char *
digits_parse(const char *p, const char *end, uint64_t limit,
	     uint64_t *number_r)
{
	uint64_t number = 0;

	if (p == end || !is_digit(*p))
		return NULL;
	for (; p != end && is_digit(*p); p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (number > (limit - digit) / 10)
			return NULL;
		number = number * 10 + digit;
	}
	*number_r = number;
	return p;
}

static bool
number_with_unit_parse(const char *text, size_t length,
		       const struct unit *units, uint64_t limit,
		       uint64_t *number_r)
{
	const char *p, *end = text + length;
	uint64_t number;

	if ((p = digits_parse(text, end, limit, &number)) == NULL)
		return false;
	while (p != end && *p == ' ')
		p++;
	for (; units->name != NULL; units++) {
		if (!word_equals(p, (size_t)(end - p), units->name))
			continue;
		if (number > limit / units->factor)
			return false;
		*number_r = number * units->factor;
		return true;
	}
	return false;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar, counted in years
   that begin in March so that the leap day is the last one. */
static uint64_t date_days(uint64_t year, uint64_t month, uint64_t day)
{
	uint64_t y = month <= 2 ? year - 1 : year;
	uint64_t m = (month + 9) % 12;

	return y * 365 + y / 4 - y / 100 + y / 400 +
		(m * 306 + 5) / 10 + (day - 1) - 719468;
}

static uint64_t month_length(uint64_t year, uint64_t month)
{
	static const unsigned char lengths[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : lengths[month - 1];
}

static bool date_parse(const char *text, size_t length, uint64_t *number_r)
{
	uint64_t year, month, day;
	const char *end = text + length;

	if (word_equals(text, length, "none")) {
		*number_r = COEXIST_DATE_NONE;
		return true;
	}
	if (length != 10 || text[4] != '-' || text[7] != '-' ||
	    digits_parse(text, text + 4, 9999, &year) != text + 4 ||
	    digits_parse(text + 5, text + 7, 99, &month) != text + 7 ||
	    digits_parse(text + 8, end, 99, &day) != end)
		return false;
	if (year < 1970 || month < 1 || month > 12 ||
	    day < 1 || day > month_length(year, month))
		return false;
	*number_r = date_days(year, month, day);
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
		digits_parse(slash + 1, item + length, max_bits, &bits) ==
		item + length;
}

bool coexist_percent_parse(const char *item, size_t length,
			   uint64_t *percent_r)
{
	uint64_t percent;

	if (!number_with_unit_parse(item, length, percent_units, 100,
				    &percent) || percent == 0)
		return false;
	*percent_r = percent;
	return true;
}

bool coexist_size_parse(const char *item, size_t length, uint64_t *size_r)
{
	uint64_t size;

	if (!number_with_unit_parse(item, length, size_units, INT64_MAX,
				    &size) || size == 0)
		return false;
	*size_r = size;
	return true;
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

static bool mailbox_check(const char *item, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		if ((unsigned char)item[i] < ' ' || item[i] == '"')
			return false;
	}
	return length > 0;
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

/* Only names may be quoted: who reads the other lists need not know about
   quotes. */
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
	const char *end;

	switch (key->type) {
	case COEXIST_TYPE_ACCESS:
	case COEXIST_TYPE_CHOICE:
		return choice_find(key->choices, text, length, number_r);
	case COEXIST_TYPE_CHOICES:
		return choices_check(key->choices, text);
	case COEXIST_TYPE_FLAG:
		return flag_parse(text, length, number_r);
	case COEXIST_TYPE_NUMBER:
		end = digits_parse(text, text + length, UINT32_MAX, number_r);
		return end == text + length;
	case COEXIST_TYPE_INTERVAL:
		return number_with_unit_parse(text, length, interval_units,
					      UINT32_MAX, number_r);
	case COEXIST_TYPE_DATE:
		return date_parse(text, length, number_r);
	case COEXIST_TYPE_NETWORKS:
		return plain_list_check(text, network_check);
	case COEXIST_TYPE_PERCENTS:
		return plain_list_check(text, percent_check);
	case COEXIST_TYPE_SIZES:
		return plain_list_check(text, size_check);
	case COEXIST_TYPE_MAILBOXES:
		return quotes_are_paired(text) &&
			list_check(text, mailbox_check);
	case COEXIST_TYPE_PATHS:
		return quotes_are_paired(text) &&
			list_check(text, path_check);
	case COEXIST_TYPE_LANGUAGE:
		return language_check(text, text + length);
	case COEXIST_TYPE_TEXT:
		return length <= COEXIST_TEXT_MAX_LENGTH;
	}
	return false;
}

static bool is_blank(const char *text)
{
	while (is_separator(*text))
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
	if (key->type != COEXIST_TYPE_FLAG && length == 3 &&
	    strncmp(text, "yes", length) == 0)
		return COEXIST_VALUE_INHERIT;
	if (!value_read(key, text, length, &number))
		return COEXIST_VALUE_UNKNOWN;
	value_r->number = number;
	return COEXIST_VALUE_VALID;
}

const char *coexist_type_describe(enum coexist_type type)
{
	switch (type) {
	case COEXIST_TYPE_ACCESS:
	case COEXIST_TYPE_CHOICE:
	case COEXIST_TYPE_CHOICES:
		return NULL;
	case COEXIST_TYPE_FLAG:
		return "yes or no";
	case COEXIST_TYPE_NUMBER:
		return "a number";
	case COEXIST_TYPE_INTERVAL:
		return "a time such as 30 min or 2 days";
	case COEXIST_TYPE_DATE:
		return "a date YYYY-MM-DD, or none";
	case COEXIST_TYPE_NETWORKS:
		return "addresses or networks such as 192.0.2.0/24 "
			"2001:db8::/32";
	case COEXIST_TYPE_PERCENTS:
		return "percentages such as 80 95";
	case COEXIST_TYPE_SIZES:
		return "sizes such as 100M 1G";
	case COEXIST_TYPE_MAILBOXES:
		return "mailbox names, those with spaces in double quotes";
	case COEXIST_TYPE_PATHS:
		return "absolute file names, those with spaces in double "
			"quotes";
	case COEXIST_TYPE_LANGUAGE:
		return "a language tag such as es or pt-BR";
	case COEXIST_TYPE_TEXT:
		return "a text of at most 400 bytes";
	}
	return NULL;
}

/* Fills in the first key with a name of each length, and the next one with the
   same, COEXIST_KEY_COUNT being none. */
static void
keys_by_length_init(uint8_t first[KEY_NAME_MAX_LENGTH + 1],
		    uint8_t next[COEXIST_KEY_COUNT])
{
	unsigned int i;

	memset(first, COEXIST_KEY_COUNT, KEY_NAME_MAX_LENGTH + 1);
	for (i = COEXIST_KEY_COUNT; i-- > 0; ) {
		size_t length = strlen(coexist_policy_keys[i].name);

		next[i] = first[length];
		first[length] = (uint8_t)i;
	}
}

bool coexist_key_find_length(const char *name, size_t length,
			     enum coexist_key *key_r)
{
	static uint8_t first[KEY_NAME_MAX_LENGTH + 1], next[COEXIST_KEY_COUNT];
	static bool initialized = false;
	unsigned int i;

	if (!initialized) {
		keys_by_length_init(first, next);
		initialized = true;
	}
	if (length > KEY_NAME_MAX_LENGTH)
		return false;
	for (i = first[length]; i < COEXIST_KEY_COUNT; i = next[i]) {
		if (memcmp(coexist_policy_keys[i].name, name, length) == 0) {
			*key_r = (enum coexist_key)i;
			return true;
		}
	}
	return false;
}

bool coexist_key_find(const char *name, enum coexist_key *key_r)
{
	return coexist_key_find_length(name, strlen(name), key_r);
}
