/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any file is one of public keys, or is not; and any is a private key, or is not. */

#include "fuzz.h"

#include "policy-keyring.h"

#include <string.h>

static void check_error(GError *error)
{
	g_assert_nonnull(error);
	g_assert_true(error->domain == COEXIST_SIGNATURE_ERROR);
	g_assert_true(*error->message != '\0');
}

/* What is taken as a key is the same key by each of its forms. */
static void check_public(const coexist_public_key *key)
{
	const char *base64 = coexist_public_key_get_base64(key);
	g_autoptr(coexist_public_key) again =
		coexist_public_key_parse_base64(base64, NULL);

	g_assert_nonnull(again);
	g_assert_cmpstr(coexist_public_key_get_id(again), ==,
			coexist_public_key_get_id(key));
	g_assert_cmpuint(strlen(coexist_public_key_get_id(key)), ==,
			 COEXIST_KEY_ID_LENGTH);
}

static void check_keyring(const char *text)
{
	g_autoptr(coexist_keyring) keyring = coexist_keyring_new();
	g_autoptr(coexist_keyring) empty = coexist_keyring_new();
	g_autoptr(GError) error = NULL;

	if (coexist_keyring_add_text(keyring, "name", text, &error)) {
		g_assert_no_error(error);
		g_assert_false(coexist_keyring_equals(keyring, empty));
		return;
	}
	check_error(error);
	g_assert_true(g_str_has_prefix(error->message, "name: "));
	g_assert_true(coexist_keyring_equals(keyring, empty));
}

static void check_one(const char *text)
{
	g_autoptr(GError) error = NULL, pem_error = NULL;
	g_autoptr(coexist_public_key) key =
		coexist_public_key_parse_base64(text, &error);
	g_autoptr(coexist_public_key) of_pem =
		coexist_public_key_parse_pem(text, &pem_error);

	if (key != NULL)
		check_public(key);
	else
		check_error(error);
	if (of_pem != NULL)
		check_public(of_pem);
	else
		check_error(pem_error);
}

static void check_signing(const char *text)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(coexist_signing_key) key =
		coexist_signing_key_parse("name", text, &error);
	g_autoptr(coexist_signing_key) again = NULL;
	char *pem;

	if (key == NULL) {
		check_error(error);
		g_assert_true(g_str_has_prefix(error->message, "name: "));
		return;
	}
	pem = coexist_signing_key_to_pem(key, NULL);
	again = coexist_signing_key_parse("again", pem, NULL);
	coexist_secret_free(pem);
	g_assert_nonnull(again);
	g_assert_cmpstr(coexist_signing_key_get_public(again), ==,
			coexist_signing_key_get_public(key));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);

	check_keyring(text);
	check_one(text);
	check_signing(text);
	return 0;
}
