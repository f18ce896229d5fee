/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_DOCUMENT_TRUST_H
#define COEXIST_DOCUMENT_TRUST_H

#include "policy-signature.h"

struct coexist_document;

/* Trust in a document's text: whether it is a document that one of the site's
   keys has signed. The gate and doveadm judge by this alone. */

enum coexist_document_trust {
	COEXIST_DOCUMENT_TRUSTED,
	/* The signature is by a key that can't be read: nobody can tell. */
	COEXIST_DOCUMENT_UNPROVED,
	/* It is no document, or has no signature that is true. */
	COEXIST_DOCUMENT_REFUTED
};

/* Reads the document from its text. keyring is NULL if the site wants no
   signatures. The document is the caller's to unreference, and NULL if it is
   refuted. Unless it is trusted, the error, on the data stack, begins with the
   key. */
enum coexist_document_trust
coexist_document_read_trusted(const char *key, const char *text,
			      const coexist_keyring *keyring,
			      struct coexist_document **document_r,
			      const char **error_r);

#endif
