/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_ED25519_H
#define COEXIST_POLICY_ED25519_H

#include <stdbool.h>
#include <glib.h>

/* Ed25519 keys and signatures (RFC 8032), by OpenSSL.

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

enum coexist_signature {
	COEXIST_SIGNATURE_VALID,
	/* there is none, or it isn't one of a key of ours for this document in
	   this place */
	COEXIST_SIGNATURE_INVALID,
	/* could not tell: OpenSSL failed, or the key may be one of those that
	   the keyring lacks */
	COEXIST_SIGNATURE_UNKNOWN
};

/* A public key. */
typedef struct coexist_public_key coexist_public_key;

/* Reads the 32 bytes in base64. Returns NULL and an error if it is no key. */
coexist_public_key *
coexist_public_key_parse_base64(const char *text, GError **error);
/* Reads a key in PEM. Returns NULL and an error if it is none of Ed25519. */
coexist_public_key *
coexist_public_key_parse_pem(const char *pem, GError **error);
/* NULL is allowed. */
void coexist_public_key_free(coexist_public_key *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(coexist_public_key, coexist_public_key_free)

const char *coexist_public_key_get_id(const coexist_public_key *key);
const char *coexist_public_key_get_base64(const coexist_public_key *key);

/* Returns the bytes of a signature in base64, newly allocated, or NULL if it
   can't be one. */
guchar *coexist_ed25519_signature_decode(const char *base64);
/* Verifies that the key made the signature of the text. Whatever is not
   COEXIST_SIGNATURE_VALID comes with an error. */
enum coexist_signature
coexist_public_key_verify(const coexist_public_key *key,
			  const guchar *signature, const char *text,
			  GError **error);

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
/* Returns the text's signature in base64, newly allocated, or NULL and an error
   if OpenSSL fails. */
char *coexist_signing_key_sign(const coexist_signing_key *key,
			       const char *text, GError **error);
/* Wipes and frees a text. NULL is allowed. */
void coexist_secret_free(char *secret);

#endif
