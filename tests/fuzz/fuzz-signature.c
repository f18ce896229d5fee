/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Nobody but who has the key makes a document that its signature verifies: the
   envelope of any text, and what is changed in one that was signed here. The input is
   two documents with a NUL between them. */

#include "fuzz-input.h"

#include "policy-signature.h"

#include <glib.h>

/* A key of tests, made for this file and used nowhere else. */
static const char pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MC4CAQAwBQYDK2VwBCIEINntC6Kd5CQGn3ppvF0YjY150pbSExD4P1Tk+WwWA1Ye\n"
	"-----END PRIVATE KEY-----\n";
#define PLACE "mailbox/jo@example.org"

static coexist_signing_key *signing_key = NULL;
static coexist_keyring *keyring = NULL;

static void keys_init(void)
{
	if (keyring != NULL)
		return;
	signing_key = coexist_signing_key_parse("key", pem, NULL);
	g_assert_nonnull(signing_key);
	keyring = coexist_keyring_new();
	g_assert_true(coexist_keyring_add_text(keyring, "keys",
		coexist_signing_key_get_public(signing_key), NULL));
}

static coexist_document *next_document(struct fuzz_input *input)
{
	size_t size;
	const uint8_t *text = fuzz_until(input, '\0', &size);

	return coexist_document_parse("name", (const char *)text, size, NULL);
}

static enum coexist_signature
verify(const coexist_document *document, const char *place)
{
	g_autoptr(GError) error = NULL;
	enum coexist_signature result =
		coexist_document_verify(document, place, keyring, &error);

	g_assert_true((result == COEXIST_SIGNATURE_VALID) == (error == NULL));
	/* the keyring is complete, and OpenSSL works */
	g_assert_true(result != COEXIST_SIGNATURE_UNKNOWN);
	return result;
}

static coexist_document *reparse(const coexist_document *document)
{
	g_autofree char *text = coexist_document_to_text(document);

	return coexist_document_parse("again", text, strlen(text), NULL);
}

/* What is signed verifies where it was signed for, after it was stored too. */
static void check_signed(coexist_document *document)
{
	g_autoptr(coexist_document) stored = NULL;

	g_assert_true(coexist_document_sign(document, PLACE, signing_key, NULL));
	g_assert_true(verify(document, PLACE) == COEXIST_SIGNATURE_VALID);
	g_assert_true(verify(document, PLACE "x") == COEXIST_SIGNATURE_INVALID);
	stored = reparse(document);
	g_assert_true(stored == NULL ||
		      verify(stored, PLACE) == COEXIST_SIGNATURE_VALID);
}

/* One document's signature is another's where both sign the same, and then both say
   the same. */
static void
check_other(const coexist_document *document, coexist_document *other)
{
	static const char *const names[] = { "key", "ed25519" };
	g_autofree char *text =
		coexist_document_to_signed_text(document, PLACE);
	g_autofree char *other_text = NULL;
	bool same;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		coexist_document_set_signature(other, names[i],
			coexist_document_get_signature(document, names[i]));
	}
	other_text = coexist_document_to_signed_text(other, PLACE);
	same = strcmp(text, other_text) == 0;
	g_assert_true(same == (verify(other, PLACE) ==
			       COEXIST_SIGNATURE_VALID));
	for (unsigned int key = 0; same && key < COEXIST_KEY_COUNT; key++) {
		g_assert_cmpstr(coexist_document_get(document, key), ==,
				coexist_document_get(other, key));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	g_autoptr(coexist_document) document = next_document(&input);
	g_autoptr(coexist_document) other = next_document(&input);

	keys_init();
	if (document == NULL)
		return 0;
	/* nobody guesses a signature */
	g_assert_true(verify(document, PLACE) == COEXIST_SIGNATURE_INVALID);
	check_signed(document);
	if (other != NULL)
		check_other(document, other);
	return 0;
}
