/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signature of a document: which count, and how one is made. */

#include "signature-cases.h"

#include <string.h>
#include <openssl/evp.h>

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
	g_test_add_func("/signature/wrong-id", test_wrong_id);
	g_test_add_func("/signature/unknown", test_unknown);
	return g_test_run();
}
