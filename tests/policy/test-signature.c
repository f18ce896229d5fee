/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which signatures count. */

#include "policy-signature.h"

#include <glib/gstdio.h>
#include <string.h>
#include <openssl/evp.h>

/* The first test key of RFC 8032, section 7.1. */
#define PRIVATE_PEM \
	"-----BEGIN PRIVATE KEY-----\n" \
	"MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n" \
	"-----END PRIVATE KEY-----\n"
#define PUBLIC_PEM \
	"-----BEGIN PUBLIC KEY-----\n" \
	"MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n" \
	"-----END PUBLIC KEY-----\n"
#define PUBLIC_BASE64 "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define KEY_ID "21fe31df"

/* The second one. */
#define OTHER_BASE64 "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw="
#define OTHER_ID "39f713d0"

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

#define STORE_KEY "shared/coexist/mailbox/ann"

/* Signed by `openssl pkeyutl -sign -rawin` over the signed text. */
#define SIGNATURE \
	"wqqa09+emYcPnPKQkmTTJFk2aTgBzteqaMye2CWglg0HF2wcQ6yJgwgJClEd" \
	"MNJJ5nLvmEK5w1O/SB/+5VtEAg=="
#define SIGNED_DOCUMENT \
	"[policy]\n" \
	"pop3_access=deny\n" \
	"deny_text=a\\nb\n" \
	"[meta]\n" \
	"by=panel\n" \
	"[signature]\n" \
	"key="KEY_ID"\n" \
	"ed25519="SIGNATURE"\n"

static coexist_document *parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	coexist_document *document =
		coexist_document_parse("doc", text, strlen(text), &error);

	g_assert_no_error(error);
	return document;
}

static coexist_keyring *keyring_of(const char *text)
{
	coexist_keyring *keyring = coexist_keyring_new();
	g_autoptr(GError) error = NULL;

	coexist_keyring_add_text(keyring, "keys", text, &error);
	g_assert_no_error(error);
	return keyring;
}

static coexist_signing_key *private_key(void)
{
	g_autoptr(GError) error = NULL;
	coexist_signing_key *key =
		coexist_signing_key_parse("key", PRIVATE_PEM, &error);

	g_assert_no_error(error);
	return key;
}

/* Checks the result, and that there is an error if it is not valid. */
static void
verify(const char *text, const char *store_key, const coexist_keyring *keyring,
       const char *message)
{
	g_autoptr(coexist_document) document = parse(text);
	g_autoptr(GError) error = NULL;
	enum coexist_signature result =
		coexist_document_verify(document, store_key, keyring, &error);

	if (message == NULL) {
		g_assert_no_error(error);
		g_assert_cmpint(result, ==, COEXIST_SIGNATURE_VALID);
		return;
	}
	g_assert_cmpint(result, ==, COEXIST_SIGNATURE_INVALID);
	g_assert_error(error, COEXIST_SIGNATURE_ERROR,
		       COEXIST_SIGNATURE_ERROR_INVALID);
	g_test_message("%s", error->message);
	g_assert_nonnull(strstr(error->message, message));
}

#define SIGNED "[signature]\nkey="KEY_ID"\ned25519="SIGNATURE"\n"

static void test_verify(void)
{
	static const struct {
		const char *text, *store_key, *message;
	} rows[] = {
		{ SIGNED_DOCUMENT, STORE_KEY, NULL },
		/* the same values in another layout */
		{ "\xef\xbb\xbf# x\r\n[meta]\r\n by = panel \r\n"SIGNED
		  "[panel]\nid=1\n[policy]\ndeny_text=a\\nb\n\n"
		  "pop3_access=deny\n", STORE_KEY, NULL },
		/* another place */
		{ SIGNED_DOCUMENT, "shared/coexist/mailbox/bob",
		  "not for this" },
		{ SIGNED_DOCUMENT, "shared/coexist/default", "not for this" },
		{ SIGNED_DOCUMENT, "", "not for this" },
		/* other values */
		{ "[policy]\npop3_access=allow\ndeny_text=a\\nb\n"
		  "[meta]\nby=panel\n"SIGNED, STORE_KEY, "not for this" },
		{ "[policy]\npop3_access=deny\n"
		  "[meta]\nby=panel\n"SIGNED, STORE_KEY, "not for this" },
		{ "[policy]\npop3_access=deny\ndeny_text=a\\nb\nx=1\n"
		  "[meta]\nby=panel\n"SIGNED, STORE_KEY, "not for this" },
		{ "[policy]\npop3_access=deny\ndeny_text=a\\nb\n"
		  "[meta]\nby=other\n"SIGNED, STORE_KEY, "not for this" },
		{ "[policy]\npop3_access=deny\ndeny_text=a\\nb\n"SIGNED,
		  STORE_KEY, "not for this" },
		{ "[policy]\npop3_access=deny\ndeny_text=a\\nb\nby=panel\n"
		  SIGNED, STORE_KEY, "not for this" },
		{ "[policy]\npop3_access=deny\npop3_access=allow\n"
		  "deny_text=a\\nb\n[meta]\nby=panel\n"SIGNED, STORE_KEY,
		  "not for this" },
		/* no signature */
		{ "[policy]\npop3_access=deny\n", STORE_KEY, "Not signed" },
		{ "[policy]\n[signature]\n", STORE_KEY, "Not signed" },
		{ "[policy]\n[signature]\nkey="KEY_ID"\n", STORE_KEY,
		  "Not signed" },
		{ "[policy]\n[signature]\ned25519="SIGNATURE"\n", STORE_KEY,
		  "Not signed" },
		{ "[policy]\nkey="KEY_ID"\ned25519="SIGNATURE"\n", STORE_KEY,
		  "Not signed" },
		/* no Ed25519 signature */
		{ "[policy]\n[signature]\nkey="KEY_ID"\ned25519=\n", STORE_KEY,
		  "Not an Ed25519" },
		{ "[policy]\n[signature]\nkey="KEY_ID"\ned25519=x\n",
		  STORE_KEY, "Not an Ed25519" },
		{ "[policy]\n[signature]\nkey="KEY_ID"\ned25519="
		  PUBLIC_BASE64"\n", STORE_KEY, "Not an Ed25519" },
		{ "[policy]\npop3_access=deny\ndeny_text=a\\nb\n"
		  "[meta]\nby=panel\n"SIGNED"\n[signature]\nkey="KEY_ID"\n"
		  "ed25519=!"SIGNATURE"\n", STORE_KEY, "Not an Ed25519" },
		/* no key of ours */
		{ "[policy]\n[signature]\nkey=00000000\ned25519="SIGNATURE"\n",
		  STORE_KEY, "00000000, which is not trusted" },
		{ "[policy]\n[signature]\nkey=21FE31DF\ned25519="SIGNATURE"\n",
		  STORE_KEY, "which is not trusted" },
	};
	g_autoptr(coexist_keyring) keyring =
		keyring_of(OTHER_BASE64"\n"PUBLIC_BASE64"\n");

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("row %zu", i);
		verify(rows[i].text, rows[i].store_key, keyring,
		       rows[i].message);
	}
}

/* A value can't be mistaken for a line of its own. */
static void test_signed_text(void)
{
	g_autoptr(coexist_document) document =
		parse("[policy]\npop3_access=deny\nimap_access = deny \n"
		      "deny_text=a\\npolicy.x=1\ndeny_text[es]=b\n"
		      "pop3_access=allow\n[meta]\nupdated=now\nby=x\n[z]\ny=1\n"
		      "[signature]\nkey=x\n");
	g_autofree char *text =
		coexist_document_to_signed_text(document, STORE_KEY);

	g_assert_cmpstr(text, ==,
			"dovecot-coexist policy 1\n"
			STORE_KEY"\n"
			"meta.by=x\n"
			"meta.updated=now\n"
			"policy.deny_text=a\\npolicy.x=1\n"
			"policy.deny_text[es]=b\n"
			"policy.imap_access=deny\n"
			"policy.pop3_access=allow\n");
}

/* What is signed here is what others sign, and survives being stored. */
static void test_sign(void)
{
	g_autoptr(coexist_document) document = coexist_document_new();
	g_autoptr(coexist_document) copy = NULL;
	g_autoptr(coexist_signing_key) key = private_key();
	g_autoptr(coexist_keyring) keyring = keyring_of(PUBLIC_PEM);
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;

	coexist_document_set_meta(document, "by", "panel");
	g_assert_true(coexist_document_set(document, "deny_text", "a\nb",
					   NULL));
	g_assert_true(coexist_document_set(document, "pop3_access", "deny",
					   NULL));
	g_assert_true(coexist_document_sign(document, STORE_KEY, key, &error));
	g_assert_no_error(error);
	g_assert_cmpstr(coexist_document_get_signature(document, "key"), ==,
			KEY_ID);
	g_assert_cmpstr(coexist_document_get_signature(document, "ed25519"),
			==, SIGNATURE);

	text = coexist_document_to_text(document);
	verify(text, STORE_KEY, keyring, NULL);

	/* a change ends it, signing again renews it */
	copy = parse(text);
	g_assert_true(coexist_document_set(copy, "deny_text", " c ", NULL));
	g_assert_cmpint(coexist_document_verify(copy, STORE_KEY, keyring, NULL),
			==, COEXIST_SIGNATURE_INVALID);
	g_assert_true(coexist_document_sign(copy, STORE_KEY, key, &error));
	g_free(g_steal_pointer(&text));
	text = coexist_document_to_text(copy);
	verify(text, STORE_KEY, keyring, NULL);
}

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
		" "KEY_ID"\t"PUBLIC_BASE64" \r\n"
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

/* The signature of one key under the name of the other. */
static void test_wrong_id(void)
{
	g_autoptr(coexist_keyring) keyring =
		keyring_of(OTHER_BASE64"\n"PUBLIC_BASE64"\n");
	g_autoptr(coexist_document) document = parse(SIGNED_DOCUMENT);
	g_autofree char *text = NULL;

	coexist_document_set_signature(document, "key", OTHER_ID);
	text = coexist_document_to_text(document);
	verify(text, STORE_KEY, keyring, "not for this");
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

/* Without its algorithms OpenSSL can't tell, and that is not a no. */
static void test_unknown(void)
{
	g_autoptr(coexist_keyring) keyring = keyring_of(PUBLIC_BASE64);
	g_autoptr(coexist_signing_key) key = private_key();
	g_autoptr(coexist_document) document = parse(SIGNED_DOCUMENT);
	g_autofree char *before = coexist_document_to_text(document);
	g_autofree char *after = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(EVP_set_default_properties(NULL, "provider=none"), ==,
			1);
	g_assert_cmpint(coexist_document_verify(document, STORE_KEY, keyring,
						&error), ==,
			COEXIST_SIGNATURE_UNKNOWN);
	g_assert_error(error, COEXIST_SIGNATURE_ERROR,
		       COEXIST_SIGNATURE_ERROR_CRYPTO);
	g_test_message("%s", error->message);

	g_clear_error(&error);
	g_assert_false(coexist_document_sign(document, "other", key, &error));
	g_assert_error(error, COEXIST_SIGNATURE_ERROR,
		       COEXIST_SIGNATURE_ERROR_CRYPTO);
	after = coexist_document_to_text(document);
	g_assert_cmpstr(after, ==, before);

	g_clear_error(&error);
	g_assert_null(coexist_signing_key_generate(&error));
	g_assert_error(error, COEXIST_SIGNATURE_ERROR,
		       COEXIST_SIGNATURE_ERROR_CRYPTO);

	g_assert_cmpint(EVP_set_default_properties(NULL, ""), ==, 1);
	verify(SIGNED_DOCUMENT, STORE_KEY, keyring, NULL);
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/signature/verify", test_verify);
	g_test_add_func("/signature/signed-text", test_signed_text);
	g_test_add_func("/signature/sign", test_sign);
	g_test_add_func("/signature/keyring", test_keyring);
	g_test_add_func("/signature/keyring-add", test_keyring_add);
	g_test_add_func("/signature/keyring-line", test_keyring_line);
	g_test_add_func("/signature/keyring-incomplete",
			test_keyring_incomplete);
	g_test_add_func("/signature/keyring-equals", test_keyring_equals);
	g_test_add_func("/signature/wrong-id", test_wrong_id);
	g_test_add_func("/signature/private-key", test_private_key);
	g_test_add_func("/signature/generate", test_generate);
	g_test_add_func("/signature/unknown", test_unknown);
	return g_test_run();
}
