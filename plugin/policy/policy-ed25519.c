/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-ed25519.h. */

#include "policy-ed25519.h"

#include <string.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

/* RFC 8032 section 5.1 */
#define PUBLIC_KEY_SIZE 32
#define SIGNATURE_SIZE 64

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_MD_CTX, EVP_MD_CTX_free)

struct coexist_public_key {
	EVP_PKEY *pkey;
	char *id;
	char *base64;
};

struct coexist_signing_key {
	EVP_PKEY *pkey;
	coexist_public_key *public;
};

GQuark coexist_signature_error_quark(void)
{
	return g_quark_from_static_string("coexist-signature-error");
}

void coexist_public_key_free(coexist_public_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	g_free(key->id);
	g_free(key->base64);
	g_free(key);
}

const char *coexist_public_key_get_id(const coexist_public_key *key)
{
	return key->id;
}

const char *coexist_public_key_get_base64(const coexist_public_key *key)
{
	return key->base64;
}

/* Takes OpenSSL's reason, and leaves none for others in this thread. */
static void crypto_error(GError **error, const char *action)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	g_set_error(error, COEXIST_SIGNATURE_ERROR,
		    COEXIST_SIGNATURE_ERROR_CRYPTO, "OpenSSL can't %s: %s",
		    action, reason == NULL ? "unknown reason" : reason);
	ERR_clear_error();
}

static void
signature_error(GError **error, enum coexist_signature_error code,
		const char *message)
{
	g_set_error_literal(error, COEXIST_SIGNATURE_ERROR, code, message);
}

/* Returns the bytes, or NULL if the text is not the base64 of so many. GLib
   alone would skip what is no base64. */
static guchar *base64_decode(const char *text, size_t size)
{
	size_t length;
	g_autofree guchar *bytes = g_base64_decode(text, &length);
	g_autofree char *again = g_base64_encode(bytes, length);

	if (length != size || strcmp(again, text) != 0)
		return NULL;
	return g_steal_pointer(&bytes);
}

/* Returns the public half of the key, or NULL and an error. */
static coexist_public_key *public_key_new(EVP_PKEY *pkey, GError **error)
{
	g_autoptr(coexist_public_key) key = g_new0(coexist_public_key, 1);
	guchar bytes[PUBLIC_KEY_SIZE];
	size_t size = sizeof(bytes);

	if (EVP_PKEY_id(pkey) != EVP_PKEY_ED25519) {
		signature_error(error, COEXIST_SIGNATURE_ERROR_KEY,
				"Not an Ed25519 key");
		return NULL;
	}
	if (EVP_PKEY_get_raw_public_key(pkey, bytes, &size) != 1 ||
	    size != sizeof(bytes)) {
		crypto_error(error, "read a public key");
		return NULL;
	}
	key->pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
						bytes, size);
	if (key->pkey == NULL) {
		crypto_error(error, "copy a public key");
		return NULL;
	}
	key->base64 = g_base64_encode(bytes, size);
	key->id = g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes, size);
	key->id[COEXIST_KEY_ID_LENGTH] = '\0';
	return g_steal_pointer(&key);
}

coexist_public_key *
coexist_public_key_parse_base64(const char *text, GError **error)
{
	g_autofree guchar *bytes = base64_decode(text, PUBLIC_KEY_SIZE);
	g_autoptr(EVP_PKEY) pkey = NULL;

	if (bytes == NULL) {
		signature_error(error, COEXIST_SIGNATURE_ERROR_KEY,
				"Not a public key");
		return NULL;
	}
	pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes,
					   PUBLIC_KEY_SIZE);
	if (pkey == NULL) {
		crypto_error(error, "make a public key");
		return NULL;
	}
	return public_key_new(pkey, error);
}

/* Nobody is to be asked for a password on a terminal. */
static int
no_password(char *buf G_GNUC_UNUSED, int size G_GNUC_UNUSED,
	    int writing G_GNUC_UNUSED, void *context G_GNUC_UNUSED)
{
	return -1;
}

coexist_public_key *
coexist_public_key_parse_pem(const char *pem, GError **error)
{
	g_autoptr(BIO) bio = BIO_new_mem_buf(pem, -1);
	g_autoptr(EVP_PKEY) pkey =
		bio == NULL ? NULL :
		PEM_read_bio_PUBKEY(bio, NULL, no_password, NULL);

	if (pkey == NULL) {
		ERR_clear_error();
		signature_error(error, COEXIST_SIGNATURE_ERROR_KEY,
				"Not a public key");
		return NULL;
	}
	return public_key_new(pkey, error);
}

guchar *coexist_ed25519_signature_decode(const char *base64)
{
	return base64_decode(base64, SIGNATURE_SIZE);
}

enum coexist_signature
coexist_public_key_verify(const coexist_public_key *key,
			  const guchar *signature, const char *text,
			  GError **error)
{
	g_autoptr(EVP_MD_CTX) ctx = EVP_MD_CTX_new();

	if (ctx == NULL ||
	    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key->pkey) != 1) {
		crypto_error(error, "verify");
		return COEXIST_SIGNATURE_UNKNOWN;
	}
	switch (EVP_DigestVerify(ctx, signature, SIGNATURE_SIZE,
				 (const guchar *)text, strlen(text))) {
	case 1:
		return COEXIST_SIGNATURE_VALID;
	case 0:
		ERR_clear_error();
		signature_error(error, COEXIST_SIGNATURE_ERROR_INVALID,
				"The signature is not for this document in "
				"this place");
		return COEXIST_SIGNATURE_INVALID;
	default:
		crypto_error(error, "verify");
		return COEXIST_SIGNATURE_UNKNOWN;
	}
}

void coexist_signing_key_free(coexist_signing_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	coexist_public_key_free(key->public);
	g_free(key);
}

/* Takes the key, also on failure. */
static coexist_signing_key *signing_key_new(EVP_PKEY *pkey, GError **error)
{
	g_autoptr(coexist_signing_key) key = g_new0(coexist_signing_key, 1);

	key->pkey = pkey;
	key->public = public_key_new(pkey, error);
	return key->public == NULL ? NULL : g_steal_pointer(&key);
}

coexist_signing_key *coexist_signing_key_generate(GError **error)
{
	g_autoptr(EVP_PKEY_CTX) ctx =
		EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, NULL);
	EVP_PKEY *pkey = NULL;

	if (ctx == NULL || EVP_PKEY_keygen_init(ctx) != 1 ||
	    EVP_PKEY_keygen(ctx, &pkey) != 1) {
		crypto_error(error, "make a key");
		return NULL;
	}
	return signing_key_new(pkey, error);
}

coexist_signing_key *
coexist_signing_key_parse(const char *name, const char *pem, GError **error)
{
	g_autoptr(BIO) bio = BIO_new_mem_buf(pem, -1);
	coexist_signing_key *key;
	EVP_PKEY *pkey = bio == NULL ? NULL :
		PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);

	if (pkey == NULL) {
		ERR_clear_error();
		g_set_error(error, COEXIST_SIGNATURE_ERROR,
			    COEXIST_SIGNATURE_ERROR_KEY, "%s: Not a private "
			    "key in PEM without a password", name);
		return NULL;
	}
	key = signing_key_new(pkey, error);
	if (key == NULL)
		g_prefix_error(error, "%s: ", name);
	return key;
}

const char *coexist_signing_key_get_id(const coexist_signing_key *key)
{
	return key->public->id;
}

const char *coexist_signing_key_get_public(const coexist_signing_key *key)
{
	return key->public->base64;
}

char *coexist_signing_key_to_pem(const coexist_signing_key *key,
				 GError **error)
{
	/* wipes what it held when it is freed */
	g_autoptr(BIO) bio = BIO_new(BIO_s_mem());
	const char *pem;
	long length;

	if (bio == NULL ||
	    PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0,
					  no_password, NULL) != 1) {
		crypto_error(error, "write a private key");
		return NULL;
	}
	length = BIO_get_mem_data(bio, (char **)&pem);
	return g_strndup(pem, length);
}

char *coexist_signing_key_sign(const coexist_signing_key *key,
			       const char *text, GError **error)
{
	g_autoptr(EVP_MD_CTX) ctx = EVP_MD_CTX_new();
	guchar signature[SIGNATURE_SIZE];
	size_t size = sizeof(signature);

	if (ctx == NULL ||
	    EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) != 1 ||
	    EVP_DigestSign(ctx, signature, &size, (const guchar *)text,
			   strlen(text)) != 1) {
		crypto_error(error, "sign");
		return NULL;
	}
	return g_base64_encode(signature, size);
}

void coexist_secret_free(char *secret)
{
	if (secret == NULL)
		return;
	OPENSSL_cleanse(secret, strlen(secret));
	g_free(secret);
}
