/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-key.h. */

#include "policy-key.h"

#include <stdint.h>
#include <string.h>

/* What a value of each type looks like; choices are a literal, empty where the
   type has none. */
#define EXPECTED_ACCESS(choices) "one of: " choices
#define EXPECTED_CHOICE(choices) "one of: " choices
#define EXPECTED_CHOICES(choices) "one of: " choices
#define EXPECTED_FLAG(choices) "yes or no"
#define EXPECTED_NUMBER(choices) "a number"
#define EXPECTED_INTERVAL(choices) "a time such as 30 min or 2 days"
#define EXPECTED_INTERVALS(choices) "times such as 30d 7d 1d"
#define EXPECTED_DATE(choices) "a date YYYY-MM-DD, or none"
#define EXPECTED_NETWORKS(choices) \
	"addresses or networks such as 192.0.2.0/24 2001:db8::/32"
#define EXPECTED_PERCENTS(choices) "percentages such as 80 95"
#define EXPECTED_SIZE(choices) "a size such as 100M, or 0"
#define EXPECTED_SIZES(choices) "sizes such as 100M 1G"
#define EXPECTED_MAILBOXES(choices) \
	"mailbox names, those with spaces in double quotes"
#define EXPECTED_PATHS(choices) \
	"absolute file names, those with spaces in double quotes"
#define EXPECTED_KEYS(choices) \
	"none, or keys that can be opened such as pop3_delete pop3_keep_days"
#define EXPECTED_BOUNDS(choices) \
	"bounds such as pop3_delete=hide,trash pop3_keep_days=7..90"
#define EXPECTED_LANGUAGE(choices) "a language tag such as es or pt-BR"
#define EXPECTED_TEXT(choices) "a text of at most 400 bytes"
_Static_assert(COEXIST_TEXT_MAX_LENGTH == 400, "as EXPECTED_TEXT says");

#define KEY_ENTRY(name, type, default_value, choices, state, help) \
	{ #name, COEXIST_TYPE_##type, default_value, choices, \
	  EXPECTED_##type(choices), help, COEXIST_OBEYED_##state },
const struct coexist_policy_key coexist_policy_keys[COEXIST_KEY_COUNT] = {
	COEXIST_POLICY_KEYS(KEY_ENTRY)
};

const struct coexist_policy_key coexist_site_settings[COEXIST_SITE_COUNT] = {
	COEXIST_SITE_SETTINGS(KEY_ENTRY)
};

/* A text that fills its array would have no end. */
#define FITS(member, text) \
	_Static_assert(sizeof(text) <= \
		       sizeof(((struct coexist_policy_key *)0)->member), \
		       "the text fits");
#define KEY_FITS(id, type, value, words, state, text) \
	FITS(name, #id) FITS(default_value, value) FITS(choices, words) \
	FITS(expected, EXPECTED_##type(words)) FITS(help, text)
COEXIST_POLICY_KEYS(KEY_FITS)
COEXIST_SITE_SETTINGS(KEY_FITS)

#define OPENABLE_ENTRY(name, bounds) { COEXIST_KEY_##name, bounds },
const struct coexist_openable_key
coexist_openable_keys[COEXIST_OPENABLE_COUNT] = {
	COEXIST_OPENABLE_KEYS(OPENABLE_ENTRY)
};

#define OPENABLE_FITS(name, text) \
	_Static_assert(sizeof(text) <= \
		       sizeof(((struct coexist_openable_key *)0)->bounds), \
		       "the text fits");
COEXIST_OPENABLE_KEYS(OPENABLE_FITS)

_Static_assert(COEXIST_OPENABLE_COUNT < UINT8_MAX,
	       "the list of openable keys has a byte for each");

bool coexist_openable_find(enum coexist_key key,
			   enum coexist_openable *openable_r)
{
	/* 0 for the keys that can't be opened */
	static const uint8_t numbers[COEXIST_KEY_COUNT] = {
#define NUMBER(name, bounds) \
		[COEXIST_KEY_##name] = COEXIST_OPENABLE_##name + 1,
		COEXIST_OPENABLE_KEYS(NUMBER)
#undef NUMBER
	};

	if (numbers[key] == 0)
		return false;
	*openable_r = (enum coexist_openable)(numbers[key] - 1);
	return true;
}

/* The longest name of a key, as a type that has room for it. */
union key_name {
#define KEY_NAME(name, type, default_value, choices, state, help) \
	char name[sizeof(#name)];
	COEXIST_POLICY_KEYS(KEY_NAME)
};
#define KEY_NAME_MAX_LENGTH (sizeof(union key_name) - 1)

_Static_assert(COEXIST_KEY_COUNT <= UINT8_MAX,
	       "the index of keys has a byte for each");

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

bool coexist_site_setting_find(const char *name,
			       enum coexist_site_setting *setting_r)
{
	unsigned int i;

	for (i = 0; i < COEXIST_SITE_COUNT; i++) {
		if (strcmp(coexist_site_settings[i].name, name) == 0) {
			*setting_r = (enum coexist_site_setting)i;
			return true;
		}
	}
	return false;
}

bool coexist_site_setting_is_of_sessions(enum coexist_site_setting setting)
{
	return coexist_site_settings[setting].obeyed != COEXIST_OBEYED_GATE;
}
