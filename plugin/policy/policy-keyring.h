/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_KEYRING_H
#define COEXIST_POLICY_KEYRING_H

#include "policy-ed25519.h"

/* A keyring: the public keys that a site trusts. */
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
bool coexist_keyring_is_incomplete(const coexist_keyring *keyring);
/* Returns the key with this id, or NULL. It lives as long as the keyring. */
const coexist_public_key *
coexist_keyring_find(const coexist_keyring *keyring, const char *id);
/* Returns true if both have the same keys and are as complete. */
bool coexist_keyring_equals(const coexist_keyring *a, const coexist_keyring *b);

#endif
