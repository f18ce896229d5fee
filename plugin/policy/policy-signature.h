/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_SIGNATURE_H
#define COEXIST_POLICY_SIGNATURE_H

#include "policy-document.h"
#include "policy-keyring.h"

/* Signatures of policy documents: Ed25519 over what
   coexist_document_to_signed_text() returns. [signature] in a document names
   the key (key) and holds the signature in base64 (ed25519). */

/* Signs the document for this place in the store: sets its [signature]. It no
   longer verifies once the document is changed. Returns false and an error, and
   leaves the document alone, if OpenSSL fails. */
bool coexist_document_sign(coexist_document *document, const char *store_key,
			   const coexist_signing_key *key, GError **error);

/* Verifies that a key of the keyring signed the document for this place in the
   store. Whatever is not COEXIST_SIGNATURE_VALID comes with an error. */
enum coexist_signature
coexist_document_verify(const coexist_document *document,
			const char *store_key, const coexist_keyring *keyring,
			GError **error);

#endif
