/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-key-guess.h. */

#include "policy-key-guess.h"
#include "policy-key.h"

#include <glib.h>
#include <string.h>

/* More typos than one in so many letters make another word: smtp_access is not
   imap_access. */
#define LETTERS_PER_TYPO 6
/* No key is longer; a name that is much longer is near none. */
#define MAX_LENGTH 64

/* Writes the name's letters and digits in lower case. Returns how many there are,
   or 0 if there are too many. */
static size_t letters_get(const char *name, char letters_r[MAX_LENGTH])
{
	size_t length = 0;

	for (; *name != '\0'; name++) {
		if (*name == '_' || *name == '-')
			continue;
		if (length == MAX_LENGTH)
			return 0;
		letters_r[length++] = g_ascii_tolower(*name);
	}
	return length;
}

/* Returns the edit distance (Levenshtein). */
static size_t
distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t row[MAX_LENGTH + 1], i, j;

	for (j = 0; j <= b_length; j++)
		row[j] = j;
	for (i = 1; i <= a_length; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (j = 1; j <= b_length; j++) {
			size_t above = row[j];
			size_t changed = diagonal + (a[i - 1] != b[j - 1]);

			row[j] = MIN(changed, MIN(above, row[j - 1]) + 1);
			diagonal = above;
		}
	}
	return row[b_length];
}

const char *coexist_key_guess(const char *name)
{
	char meant[MAX_LENGTH] = "", letters[MAX_LENGTH] = "";
	size_t length, nearest;
	const char *guess = NULL;
	unsigned int i;

	if (g_str_has_prefix(name, COEXIST_KEY_PREFIX))
		name += strlen(COEXIST_KEY_PREFIX);
	length = letters_get(name, meant);
	nearest = length / LETTERS_PER_TYPO + 1;
	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		const char *key = coexist_policy_keys[i].name;
		size_t key_length = letters_get(key, letters);
		size_t far = distance(meant, length, letters, key_length);

		if (far < nearest) {
			nearest = far;
			guess = key;
		}
	}
	return guess;
}
