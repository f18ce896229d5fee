/* See the contract in policy-signature.h. */

#include "policy-signature.h"

#include <string.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

/* RFC 8032 section 5.1 */
#define PUBLIC_KEY_SIZE 32
#define SIGNATURE_SIZE 64

#define NAME_KEY "key"
#define NAME_ED25519 "ed25519"

#define PEM_BEGIN "-----BEGIN "
#define PEM_END "-----END "

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_MD_CTX, EVP_MD_CTX_free)

typedef struct public_key {
	EVP_PKEY *pkey;
	char *id;
	char *base64;
} public_key;

struct coexist_keyring {
	/* public_key */
	GPtrArray *keys;
	bool is_incomplete;
};

struct coexist_signing_key {
	EVP_PKEY *pkey;
	public_key *public;
};

GQuark coexist_signature_error_quark(void)
{
	return g_quark_from_static_string("coexist-signature-error");
}

static void public_key_free(public_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	g_free(key->id);
	g_free(key->base64);
	g_free(key);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(public_key, public_key_free)

static void public_key_free_element(void *key)
{
	public_key_free(key);
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
static public_key *public_key_new(EVP_PKEY *pkey, GError **error)
{
	g_autoptr(public_key) key = g_new0(public_key, 1);
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

static public_key *public_key_parse_base64(const char *text, GError **error)
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

static public_key *public_key_parse_pem(const char *pem, GError **error)
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

coexist_keyring *coexist_keyring_new(void)
{
	coexist_keyring *keyring = g_new0(coexist_keyring, 1);

	keyring->keys =
		g_ptr_array_new_with_free_func(public_key_free_element);
	return keyring;
}

void coexist_keyring_free(coexist_keyring *keyring)
{
	if (keyring == NULL)
		return;
	g_ptr_array_unref(keyring->keys);
	g_free(keyring);
}

/* Reads a line as keygen prints it, id and key, or one with the key alone. */
static public_key *public_key_parse_line(const char *line, GError **error)
{
	size_t id_length = strcspn(line, " \t");
	const char *text = line + id_length + strspn(line + id_length, " \t");
	g_autoptr(public_key) key = NULL;

	if (*text == '\0')
		return public_key_parse_base64(line, error);
	key = public_key_parse_base64(text, error);
	if (key != NULL && (id_length != COEXIST_KEY_ID_LENGTH ||
			    strncmp(line, key->id, id_length) != 0)) {
		signature_error(error, COEXIST_SIGNATURE_ERROR_KEY,
				"The public key has another id");
		return NULL;
	}
	return g_steal_pointer(&key);
}

/* Takes the key that begins in the line, of which there is one. *line is moved
   to the key's last line. */
static public_key *key_take(char ***line, GError **error)
{
	g_autoptr(GString) pem = NULL;

	if (!g_str_has_prefix(**line, PEM_BEGIN))
		return public_key_parse_line(**line, error);

	pem = g_string_new(NULL);
	for (;; (*line)++) {
		g_string_append_printf(pem, "%s\n", g_strstrip(**line));
		if ((*line)[1] == NULL || g_str_has_prefix(**line, PEM_END))
			break;
	}
	return public_key_parse_pem(pem->str, error);
}

bool coexist_keyring_add_text(coexist_keyring *keyring, const char *name,
			      const char *text, GError **error)
{
	g_autoptr(GPtrArray) keys =
		g_ptr_array_new_with_free_func(public_key_free_element);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	char **line;

	for (line = lines; *line != NULL; line++) {
		unsigned int number = (unsigned int)(line - lines) + 1;
		public_key *key;

		(void)g_strstrip(*line);
		if (**line == '\0' || **line == '#')
			continue;
		if ((key = key_take(&line, error)) == NULL) {
			g_prefix_error(error, "%s: line %u: ", name, number);
			return false;
		}
		g_ptr_array_add(keys, key);
	}
	if (keys->len == 0) {
		g_set_error(error, COEXIST_SIGNATURE_ERROR,
			    COEXIST_SIGNATURE_ERROR_KEY, "%s: No public key",
			    name);
		return false;
	}
	g_ptr_array_extend_and_steal(keyring->keys, g_steal_pointer(&keys));
	return true;
}

void coexist_keyring_set_incomplete(coexist_keyring *keyring)
{
	keyring->is_incomplete = true;
}

bool coexist_keyring_equals(const coexist_keyring *a, const coexist_keyring *b)
{
	unsigned int i;

	if (a->is_incomplete != b->is_incomplete ||
	    a->keys->len != b->keys->len)
		return false;
	for (i = 0; i < a->keys->len; i++) {
		const public_key *key = g_ptr_array_index(a->keys, i);
		const public_key *other = g_ptr_array_index(b->keys, i);

		if (strcmp(key->base64, other->base64) != 0)
			return false;
	}
	return true;
}

void coexist_signing_key_free(coexist_signing_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	public_key_free(key->public);
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

void coexist_secret_free(char *secret)
{
	if (secret == NULL)
		return;
	OPENSSL_cleanse(secret, strlen(secret));
	g_free(secret);
}

bool coexist_document_sign(coexist_document *document, const char *store_key,
			   const coexist_signing_key *key, GError **error)
{
	g_autofree char *text =
		coexist_document_to_signed_text(document, store_key);
	g_autofree char *base64 = NULL;
	g_autoptr(EVP_MD_CTX) ctx = EVP_MD_CTX_new();
	guchar signature[SIGNATURE_SIZE];
	size_t size = sizeof(signature);

	if (ctx == NULL ||
	    EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) != 1 ||
	    EVP_DigestSign(ctx, signature, &size, (const guchar *)text,
			   strlen(text)) != 1) {
		crypto_error(error, "sign");
		return false;
	}
	base64 = g_base64_encode(signature, size);
	coexist_document_set_signature(document, NAME_KEY, key->public->id);
	coexist_document_set_signature(document, NAME_ED25519, base64);
	return true;
}

static enum coexist_signature
signature_verify(const public_key *key, const guchar *signature,
		 const char *text, GError **error)
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

static const public_key *
keyring_find(const coexist_keyring *keyring, const char *id)
{
	unsigned int i;

	for (i = 0; i < keyring->keys->len; i++) {
		const public_key *key = g_ptr_array_index(keyring->keys, i);

		if (strcmp(key->id, id) == 0)
			return key;
	}
	return NULL;
}

static enum coexist_signature
signature_of_stranger(const coexist_keyring *keyring, const char *id,
		      GError **error)
{
	if (keyring->is_incomplete) {
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
	const public_key *key;
	g_autofree guchar *signature = NULL;
	g_autofree char *text = NULL;

	if (id == NULL || base64 == NULL) {
		signature_error(error, COEXIST_SIGNATURE_ERROR_INVALID,
				"Not signed");
		return COEXIST_SIGNATURE_INVALID;
	}
	signature = base64_decode(base64, SIGNATURE_SIZE);
	if (signature == NULL) {
		signature_error(error, COEXIST_SIGNATURE_ERROR_INVALID,
				"Not an Ed25519 signature");
		return COEXIST_SIGNATURE_INVALID;
	}
	key = keyring_find(keyring, id);
	if (key == NULL)
		return signature_of_stranger(keyring, id, error);
	text = coexist_document_to_signed_text(document, store_key);
	return signature_verify(key, signature, text, error);
}
