/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-signature.h. */

#include "policy-signature.h"

#define NAME_KEY "key"
#define NAME_ED25519 "ed25519"

bool coexist_document_sign(coexist_document *document, const char *store_key,
			   const coexist_signing_key *key, GError **error)
{
	g_autofree char *text =
		coexist_document_to_signed_text(document, store_key);
	g_autofree char *base64 = coexist_signing_key_sign(key, text, error);

	if (base64 == NULL)
		return false;
	coexist_document_set_signature(document, NAME_KEY,
				       coexist_signing_key_get_id(key));
	coexist_document_set_signature(document, NAME_ED25519, base64);
	return true;
}

static enum coexist_signature
signature_invalid(GError **error, const char *message)
{
	g_set_error_literal(error, COEXIST_SIGNATURE_ERROR,
			    COEXIST_SIGNATURE_ERROR_INVALID, message);
	return COEXIST_SIGNATURE_INVALID;
}

static enum coexist_signature
signature_of_stranger(const coexist_keyring *keyring, const char *id,
		      GError **error)
{
	if (coexist_keyring_is_incomplete(keyring)) {
		g_set_error(error, COEXIST_SIGNATURE_ERROR,
			    COEXIST_SIGNATURE_ERROR_KEY,
			    "Signed with the key %s, and not all that "
			    "policy_public_keys names can be read", id);
		return COEXIST_SIGNATURE_UNKNOWN;
	}
	g_set_error(error, COEXIST_SIGNATURE_ERROR,
		    COEXIST_SIGNATURE_ERROR_INVALID,
		    "Signed with the key %s, which is not trusted", id);
	return COEXIST_SIGNATURE_INVALID;
}

enum coexist_signature
coexist_document_verify(const coexist_document *document,
			const char *store_key, const coexist_keyring *keyring,
			GError **error)
{
	const char *id = coexist_document_get_signature(document, NAME_KEY);
	const char *base64 =
		coexist_document_get_signature(document, NAME_ED25519);
	const coexist_public_key *key;
	g_autofree guchar *signature = NULL;
	g_autofree char *text = NULL;

	if (id == NULL || base64 == NULL)
		return signature_invalid(error, "Not signed");
	signature = coexist_ed25519_signature_decode(base64);
	if (signature == NULL)
		return signature_invalid(error, "Not an Ed25519 signature");
	key = coexist_keyring_find(keyring, id);
	if (key == NULL)
		return signature_of_stranger(keyring, id, error);
	text = coexist_document_to_signed_text(document, store_key);
	return coexist_public_key_verify(key, signature, text, error);
}
