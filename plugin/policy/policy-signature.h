#ifndef COEXIST_POLICY_SIGNATURE_H
#define COEXIST_POLICY_SIGNATURE_H

#include "policy-document.h"

/* Signatures of policy documents: Ed25519 (RFC 8032) over what
   coexist_document_to_signed_text() returns. [signature] in a document names
   the key (key) and holds the signature in base64 (ed25519).

   A key's id is the first eight hexadecimal digits of the SHA-256 of its 32
   public bytes. It only says which of the trusted keys to try. */

#define COEXIST_KEY_ID_LENGTH 8

#define COEXIST_SIGNATURE_ERROR (coexist_signature_error_quark())
GQuark coexist_signature_error_quark(void);
enum coexist_signature_error {
	COEXIST_SIGNATURE_ERROR_KEY,	/* no key, or not of this kind */
	COEXIST_SIGNATURE_ERROR_INVALID,/* no signature of one of our keys */
	COEXIST_SIGNATURE_ERROR_CRYPTO	/* OpenSSL failed */
};

/* The public keys that a site trusts. */
typedef struct coexist_keyring coexist_keyring;

coexist_keyring *coexist_keyring_new(void);
/* NULL is allowed. */
void coexist_keyring_free(coexist_keyring *keyring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(coexist_keyring, coexist_keyring_free)

/* Adds public keys out of a text: PEM, or a line with the 32 bytes in base64,
   perhaps with the key's id before it; several of either, with empty lines and #
   comments between them. Returns false and an error with name and line, and adds
   nothing, if there is anything else or no key at all. */
bool coexist_keyring_add_text(coexist_keyring *keyring, const char *name,
			      const char *text, GError **error);
/* The site trusts more keys, which could not be read: whether a signature by a
   key that is not in the keyring counts, can't be told. */
void coexist_keyring_set_incomplete(coexist_keyring *keyring);
/* Returns true if both have the same keys and are as complete. */
bool coexist_keyring_equals(const coexist_keyring *a, const coexist_keyring *b);

/* A private key. */
typedef struct coexist_signing_key coexist_signing_key;

/* Returns a new key, or NULL and an error. */
coexist_signing_key *coexist_signing_key_generate(GError **error);
/* Reads a private key in PEM without a password. Returns NULL and an error that
   begins with the name or path if it is none. */
coexist_signing_key *
coexist_signing_key_parse(const char *name, const char *pem, GError **error);
/* NULL is allowed. */
void coexist_signing_key_free(coexist_signing_key *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(coexist_signing_key, coexist_signing_key_free)

const char *coexist_signing_key_get_id(const coexist_signing_key *key);
/* Returns the public key in base64, as policy_public_keys' files have it. */
const char *coexist_signing_key_get_public(const coexist_signing_key *key);
/* Returns the private key in PEM, to be freed with coexist_secret_free(), or
   NULL and an error. */
char *coexist_signing_key_to_pem(const coexist_signing_key *key,
				 GError **error);
/* Wipes and frees a text. NULL is allowed. */
void coexist_secret_free(char *secret);

/* Signs the document for this place in the store: sets its [signature]. It no
   longer verifies once the document is changed. Returns false and an error, and
   leaves the document alone, if OpenSSL fails. */
bool coexist_document_sign(coexist_document *document, const char *store_key,
			   const coexist_signing_key *key, GError **error);

enum coexist_signature {
	COEXIST_SIGNATURE_VALID,
	/* there is none, or it isn't one of a key of ours for this document in
	   this place */
	COEXIST_SIGNATURE_INVALID,
	/* could not tell: OpenSSL failed, or the key may be one of those that
	   the keyring lacks */
	COEXIST_SIGNATURE_UNKNOWN
};

/* Verifies that a key of the keyring signed the document for this place in the
   store. Whatever is not COEXIST_SIGNATURE_VALID comes with an error. */
enum coexist_signature
coexist_document_verify(const coexist_document *document,
			const char *store_key, const coexist_keyring *keyring,
			GError **error);

#endif
