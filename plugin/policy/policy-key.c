/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-key.h. */

#include "policy-key.h"

#include <stdint.h>
#include <string.h>

/* What a value of each type looks like; choices are a literal, or NULL where the
   type has none. */
#define EXPECTED_ACCESS(choices) "one of: " choices
#define EXPECTED_CHOICE(choices) "one of: " choices
#define EXPECTED_CHOICES(choices) "one of: " choices
#define EXPECTED_FLAG(choices) "yes or no"
#define EXPECTED_NUMBER(choices) "a number"
#define EXPECTED_INTERVAL(choices) "a time such as 30 min or 2 days"
#define EXPECTED_DATE(choices) "a date YYYY-MM-DD, or none"
#define EXPECTED_NETWORKS(choices) \
	"addresses or networks such as 192.0.2.0/24 2001:db8::/32"
#define EXPECTED_PERCENTS(choices) "percentages such as 80 95"
#define EXPECTED_SIZES(choices) "sizes such as 100M 1G"
#define EXPECTED_MAILBOXES(choices) \
	"mailbox names, those with spaces in double quotes"
#define EXPECTED_PATHS(choices) \
	"absolute file names, those with spaces in double quotes"
#define EXPECTED_LANGUAGE(choices) "a language tag such as es or pt-BR"
#define EXPECTED_TEXT(choices) "a text of at most 400 bytes"
_Static_assert(COEXIST_TEXT_MAX_LENGTH == 400, "as EXPECTED_TEXT says");

#define KEY_ENTRY(name, type, default_value, choices, state, help) \
	{ #name, COEXIST_TYPE_##type, default_value, choices, \
	  EXPECTED_##type(choices), help, COEXIST_OBEYED_##state },
const struct coexist_policy_key coexist_policy_keys[COEXIST_KEY_COUNT] = {
	COEXIST_POLICY_KEYS(KEY_ENTRY)
};

#define SITE_ENTRY(name, type, default_value, choices, help) \
	{ #name, COEXIST_TYPE_##type, default_value, choices, \
	  EXPECTED_##type(choices), help, COEXIST_OBEYED_ENFORCED },
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
