/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-keyring.h. */

#include "policy-keyring.h"

#include <string.h>

#define PEM_BEGIN "-----BEGIN "
#define PEM_END "-----END "

struct coexist_keyring {
	/* coexist_public_key */
	GPtrArray *keys;
	bool is_incomplete;
};

static void public_key_free_element(void *key)
{
	coexist_public_key_free(key);
}

coexist_keyring *coexist_keyring_new(void)
{
	coexist_keyring *keyring = g_new0(coexist_keyring, 1);

	keyring->keys =
		g_ptr_array_new_with_free_func(public_key_free_element);
	return keyring;
}

void coexist_keyring_free(coexist_keyring *keyring)
{
	if (keyring == NULL)
		return;
	g_ptr_array_unref(keyring->keys);
	g_free(keyring);
}

/* Reads a line as keygen prints it, id and key, or one with the key alone. */
static coexist_public_key *
public_key_parse_line(const char *line, GError **error)
{
	size_t id_length = strcspn(line, " \t");
	const char *text = line + id_length + strspn(line + id_length, " \t");
	g_autoptr(coexist_public_key) key = NULL;

	if (*text == '\0')
		return coexist_public_key_parse_base64(line, error);
	key = coexist_public_key_parse_base64(text, error);
	if (key != NULL &&
	    (id_length != COEXIST_KEY_ID_LENGTH ||
	     strncmp(line, coexist_public_key_get_id(key), id_length) != 0)) {
		g_set_error_literal(error, COEXIST_SIGNATURE_ERROR,
				    COEXIST_SIGNATURE_ERROR_KEY,
				    "The public key has another id");
		return NULL;
	}
	return g_steal_pointer(&key);
}

/* Returns true for the line that keygen prints before the one with the key, if
   nobody tells doveadm to print none. */
static bool is_header(const char *line)
{
	return g_str_has_prefix(line, "id") && strcmp(line + 2 +
		strspn(line + 2, " \t"), "public") == 0;
}

/* Takes the key that begins in the line, of which there is one. *line is moved
   to the key's last line. */
static coexist_public_key *key_take(char ***line, GError **error)
{
	g_autoptr(GString) pem = NULL;

	if (!g_str_has_prefix(**line, PEM_BEGIN))
		return public_key_parse_line(**line, error);

	pem = g_string_new(NULL);
	for (;; (*line)++) {
		g_string_append_printf(pem, "%s\n", g_strstrip(**line));
		if ((*line)[1] == NULL || g_str_has_prefix(**line, PEM_END))
			break;
	}
	return coexist_public_key_parse_pem(pem->str, error);
}

bool coexist_keyring_add_text(coexist_keyring *keyring, const char *name,
			      const char *text, GError **error)
{
	g_autoptr(GPtrArray) keys =
		g_ptr_array_new_with_free_func(public_key_free_element);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	char **line;

	for (line = lines; *line != NULL; line++) {
		unsigned int number = (unsigned int)(line - lines) + 1;
		coexist_public_key *key;

		(void)g_strstrip(*line);
		if (**line == '\0' || **line == '#' || is_header(*line))
			continue;
		if ((key = key_take(&line, error)) == NULL) {
			g_prefix_error(error, "%s: line %u: ", name, number);
			return false;
		}
		g_ptr_array_add(keys, key);
	}
	if (keys->len == 0) {
		g_set_error(error, COEXIST_SIGNATURE_ERROR,
			    COEXIST_SIGNATURE_ERROR_KEY, "%s: No public key",
			    name);
		return false;
	}
	g_ptr_array_extend_and_steal(keyring->keys, g_steal_pointer(&keys));
	return true;
}

void coexist_keyring_set_incomplete(coexist_keyring *keyring)
{
	keyring->is_incomplete = true;
}

bool coexist_keyring_is_incomplete(const coexist_keyring *keyring)
{
	return keyring->is_incomplete;
}

bool coexist_keyring_equals(const coexist_keyring *a, const coexist_keyring *b)
{
	unsigned int i;

	if (a->is_incomplete != b->is_incomplete ||
	    a->keys->len != b->keys->len)
		return false;
	for (i = 0; i < a->keys->len; i++) {
		const coexist_public_key *key = g_ptr_array_index(a->keys, i);
		const coexist_public_key *other = g_ptr_array_index(b->keys, i);

		if (strcmp(coexist_public_key_get_base64(key),
			   coexist_public_key_get_base64(other)) != 0)
			return false;
	}
	return true;
}

const coexist_public_key *
coexist_keyring_find(const coexist_keyring *keyring, const char *id)
{
	unsigned int i;

	for (i = 0; i < keyring->keys->len; i++) {
		const coexist_public_key *key =
			g_ptr_array_index(keyring->keys, i);

		if (strcmp(coexist_public_key_get_id(key), id) == 0)
			return key;
	}
	return NULL;
}
