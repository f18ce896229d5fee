/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of the cases, and a document that one of them has signed. */

#ifndef COEXIST_SIGNATURE_CASES_H
#define COEXIST_SIGNATURE_CASES_H

#include "document-cases.h"
#include "policy-signature.h"

#include <string.h>

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

static inline coexist_keyring *keyring_of(const char *text)
{
	coexist_keyring *keyring = coexist_keyring_new();
	g_autoptr(GError) error = NULL;

	coexist_keyring_add_text(keyring, "keys", text, &error);
	g_assert_no_error(error);
	return keyring;
}

static inline coexist_signing_key *private_key(void)
{
	g_autoptr(GError) error = NULL;
	coexist_signing_key *key =
		coexist_signing_key_parse("key", PRIVATE_PEM, &error);

	g_assert_no_error(error);
	return key;
}

/* Checks the result, and that there is an error if it is not valid. */
static inline void
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

#endif
