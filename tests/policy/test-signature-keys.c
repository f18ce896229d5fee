/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of signatures: keyrings, and the private keys to sign with. */

#include "signature-cases.h"

/* Keys of other kinds. */
#define EC_PRIVATE_PEM \
	"-----BEGIN EC PRIVATE KEY-----\n" \
	"MHcCAQEEIBtBpyhYJwhhEXNmeco3Lc8Z0OcJZFmhj4ONs95LAx3woAoGCCqGSM49\n" \
	"AwEHoUQDQgAEWtUqGpaAhIs5+vob1mOiTAtSrsMG+TEVo3KsL0Le0Kq9/Oqp87KY\n" \
	"lH7ajoFuK9ZCKaV08Ywv66asRKnbMgIFkA==\n" \
	"-----END EC PRIVATE KEY-----\n"
#define EC_PUBLIC_PEM \
	"-----BEGIN PUBLIC KEY-----\n" \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEWtUqGpaAhIs5+vob1mOiTAtSrsMG\n" \
	"+TEVo3KsL0Le0Kq9/Oqp87KYlH7ajoFuK9ZCKaV08Ywv66asRKnbMgIFkA==\n" \
	"-----END PUBLIC KEY-----\n"

static void test_keyring(void)
{
	static const struct {
		const char *text;
		/* NULL: it is a keyring with the key */
		const char *message;
	} rows[] = {
		{ PUBLIC_BASE64, NULL },
		{ PUBLIC_BASE64"\n", NULL },
		{ " "PUBLIC_BASE64" \r\n", NULL },
		{ PUBLIC_PEM, NULL },
		{ "-----BEGIN PUBLIC KEY-----\r\n"
		  "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
		  "\r\n-----END PUBLIC KEY-----\r\n", NULL },
		{ "# old\n"OTHER_BASE64"\n\n# new\n"PUBLIC_PEM, NULL },
		{ PUBLIC_PEM"\n"OTHER_BASE64"\n", NULL },
		{ PUBLIC_PEM PUBLIC_PEM, NULL },
		{ "", "keys: No public key" },
		{ "# nothing\n\n", "keys: No public key" },
		{ "x", "keys: line 1: Not a public key" },
		{ "!"PUBLIC_BASE64, "keys: line 1: Not a public key" },
		{ PUBLIC_BASE64" x", "keys: line 1: Not a public key" },
		{ "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHUQ==",
		  "keys: line 1: Not a public key" },
		{ "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURoA",
		  "keys: line 1: Not a public key" },
		{ PUBLIC_PEM"\nx\n", "keys: line 5: Not a public key" },
		{ OTHER_BASE64"\n-----BEGIN PUBLIC KEY-----\nMCow",
		  "keys: line 2: Not a public key" },
		{ "-----BEGIN PUBLIC KEY-----",
		  "keys: line 1: Not a public key" },
		{ "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
		  "keys: line 1: Not a public key" },
		/* somebody mixed up the halves */
		{ PRIVATE_PEM, "keys: line 1: Not a public key" },
		{ EC_PUBLIC_PEM, "keys: line 1: Not an Ed25519 key" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(coexist_keyring) keyring = coexist_keyring_new();
		g_autoptr(GError) error = NULL;

		g_test_message("row %zu", i);
		if (coexist_keyring_add_text(keyring, "keys", rows[i].text,
					     &error)) {
			g_assert_null(rows[i].message);
			verify(SIGNED_DOCUMENT, STORE_KEY, keyring, NULL);
			continue;
		}
		g_assert_error(error, COEXIST_SIGNATURE_ERROR,
			       COEXIST_SIGNATURE_ERROR_KEY);
		g_assert_cmpstr(error->message, ==, rows[i].message);
		verify(SIGNED_DOCUMENT, STORE_KEY, keyring, "not trusted");
	}
	coexist_keyring_free(NULL);
}

/* Several files; a wrong one takes nothing away. */
static void test_keyring_add(void)
{
	g_autoptr(coexist_keyring) keyring = keyring_of(OTHER_BASE64);

	g_assert_false(coexist_keyring_add_text(keyring, "keys",
						PUBLIC_BASE64"\nx\n", NULL));
	verify(SIGNED_DOCUMENT, STORE_KEY, keyring, "not trusted");
	g_assert_true(coexist_keyring_add_text(keyring, "keys", PUBLIC_BASE64,
					       NULL));
	verify(SIGNED_DOCUMENT, STORE_KEY, keyring, NULL);
}

/* As doveadm coexist policy keygen prints it. */
static void test_keyring_line(void)
{
	static const char *const lines[] = {
		KEY_ID"\t"PUBLIC_BASE64, KEY_ID"  "PUBLIC_BASE64"\n",
		" "KEY_ID"\t"PUBLIC_BASE64" \r\n",
		"id\tpublic\n"KEY_ID"\t"PUBLIC_BASE64"\n",
		"id       public\r\n"KEY_ID"  "PUBLIC_BASE64"\r\n"
	};
	static const char *const wrong[] = {
		OTHER_ID"\t"PUBLIC_BASE64, "x\t"PUBLIC_BASE64,
		PUBLIC_BASE64"\t"PUBLIC_BASE64, KEY_ID"\t", KEY_ID,
		KEY_ID"\t"PUBLIC_BASE64"\t"PUBLIC_BASE64
	};
	g_autoptr(coexist_keyring) none = coexist_keyring_new();

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autoptr(coexist_keyring) keyring = keyring_of(lines[i]);

		verify(SIGNED_DOCUMENT, STORE_KEY, keyring, NULL);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;

		g_test_message("row %zu", i);
		g_assert_false(coexist_keyring_add_text(none, "keys", wrong[i],
							&error));
		g_assert_error(error, COEXIST_SIGNATURE_ERROR,
			       COEXIST_SIGNATURE_ERROR_KEY);
	}
}

/* A key that could not be read may be the one that signed. */
static void test_keyring_incomplete(void)
{
	g_autoptr(coexist_keyring) keyring = keyring_of(OTHER_BASE64);
	g_autoptr(coexist_document) document = parse(SIGNED_DOCUMENT);
	g_autoptr(coexist_document) unsigned_one =
		parse("[policy]\npop3_access=deny\n");
	g_autoptr(GError) error = NULL;

	coexist_keyring_set_incomplete(keyring);
	g_assert_cmpint(coexist_document_verify(document, STORE_KEY, keyring,
						&error), ==,
			COEXIST_SIGNATURE_UNKNOWN);
	g_assert_error(error, COEXIST_SIGNATURE_ERROR,
		       COEXIST_SIGNATURE_ERROR_KEY);
	g_assert_cmpint(coexist_document_verify(unsigned_one, STORE_KEY,
						keyring, NULL), ==,
			COEXIST_SIGNATURE_INVALID);
	/* those that are there count as ever */
	g_assert_true(coexist_keyring_add_text(keyring, "keys", PUBLIC_BASE64,
					       NULL));
	verify(SIGNED_DOCUMENT, STORE_KEY, keyring, NULL);
}

static void test_keyring_equals(void)
{
	g_autoptr(coexist_keyring) a = keyring_of(PUBLIC_BASE64);
	g_autoptr(coexist_keyring) same = keyring_of(PUBLIC_PEM);
	g_autoptr(coexist_keyring) other = keyring_of(OTHER_BASE64);
	g_autoptr(coexist_keyring) both =
		keyring_of(PUBLIC_BASE64"\n"OTHER_BASE64"\n");

	g_assert_true(coexist_keyring_equals(a, same));
	g_assert_false(coexist_keyring_equals(a, other));
	g_assert_false(coexist_keyring_equals(a, both));
	g_assert_false(coexist_keyring_equals(both, a));
	coexist_keyring_set_incomplete(same);
	g_assert_false(coexist_keyring_equals(a, same));
}

static void test_private_key(void)
{
	static const char *const wrong[] = {
		"", "x", PUBLIC_PEM, PUBLIC_BASE64, EC_PRIVATE_PEM,
		"-----BEGIN PRIVATE KEY-----\n",
		/* with a password, for which nobody may be asked */
		"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
		"MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAheycWxjA9rhgICCAAw\n"
		"DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEJPmz187fP7SEy1gow5IN2wEQLhg\n"
		"I28Iw/mOV2Zeb7CrHXZsK5P1wz0zfJXuh6uYk4fyDvZ7QUnHmG3IdmhryBUC02yN\n"
		"JehmMQQ/mG00aDJ7RJI=\n"
		"-----END ENCRYPTED PRIVATE KEY-----\n"
	};
	g_autoptr(coexist_signing_key) key = private_key();
	g_autoptr(GError) error = NULL;

	g_assert_cmpstr(coexist_signing_key_get_id(key), ==, KEY_ID);
	g_assert_cmpstr(coexist_signing_key_get_public(key), ==, PUBLIC_BASE64);
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_test_message("row %zu", i);
		g_clear_error(&error);
		g_assert_null(coexist_signing_key_parse("name", wrong[i],
							&error));
		g_assert_error(error, COEXIST_SIGNATURE_ERROR,
			       COEXIST_SIGNATURE_ERROR_KEY);
		g_assert_true(g_str_has_prefix(error->message, "name: Not "));
	}
	coexist_signing_key_free(NULL);
	coexist_secret_free(NULL);
}

static void test_generate(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(coexist_signing_key) key = coexist_signing_key_generate(&error);
	g_autoptr(coexist_signing_key) other = coexist_signing_key_generate(NULL);
	g_autoptr(coexist_signing_key) same = NULL;
	g_autoptr(coexist_document) document = coexist_document_new();
	g_autoptr(coexist_keyring) keyring = NULL;
	char *pem;

	g_assert_no_error(error);
	g_assert_cmpstr(coexist_signing_key_get_public(key), !=,
			coexist_signing_key_get_public(other));
	pem = coexist_signing_key_to_pem(key, &error);
	g_assert_no_error(error);
	same = coexist_signing_key_parse("name", pem, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(coexist_signing_key_get_public(same), ==,
			coexist_signing_key_get_public(key));
	coexist_secret_free(pem);

	keyring = keyring_of(coexist_signing_key_get_public(key));
	g_assert_true(coexist_document_sign(document, STORE_KEY, same, NULL));
	g_assert_cmpint(coexist_document_verify(document, STORE_KEY, keyring,
						NULL), ==,
			COEXIST_SIGNATURE_VALID);
	g_assert_true(coexist_document_sign(document, STORE_KEY, other, NULL));
	g_assert_cmpint(coexist_document_verify(document, STORE_KEY, keyring,
						NULL), ==,
			COEXIST_SIGNATURE_INVALID);
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/signature/keyring", test_keyring);
	g_test_add_func("/signature/keyring-add", test_keyring_add);
	g_test_add_func("/signature/keyring-line", test_keyring_line);
	g_test_add_func("/signature/keyring-incomplete",
			test_keyring_incomplete);
	g_test_add_func("/signature/keyring-equals", test_keyring_equals);
	g_test_add_func("/signature/private-key", test_private_key);
	g_test_add_func("/signature/generate", test_generate);
	return g_test_run();
}
