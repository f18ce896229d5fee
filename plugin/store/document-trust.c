/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in document-trust.h. */

#include "lib.h"
#include "document-trust.h"
#include "policy-document.h"

enum coexist_document_trust
coexist_document_read_trusted(const char *key, const char *text,
			      const coexist_keyring *keyring,
			      struct coexist_document **document_r,
			      const char **error_r)
{
	g_autoptr(coexist_document) document = NULL;
	g_autoptr(GError) error = NULL;
	enum coexist_signature signature;

	*document_r = NULL;
	*error_r = NULL;
	document = coexist_document_parse(key, text, strlen(text), &error);
	if (document == NULL) {
		*error_r = t_strdup(error->message);
		return COEXIST_DOCUMENT_REFUTED;
	}
	signature = keyring == NULL ? COEXIST_SIGNATURE_VALID :
		coexist_document_verify(document, key, keyring, &error);
	if (signature != COEXIST_SIGNATURE_VALID)
		*error_r = t_strdup_printf("%s: %s", key, error->message);
	switch (signature) {
	case COEXIST_SIGNATURE_VALID:
		*document_r = g_steal_pointer(&document);
		return COEXIST_DOCUMENT_TRUSTED;
	case COEXIST_SIGNATURE_UNKNOWN:
		*document_r = g_steal_pointer(&document);
		return COEXIST_DOCUMENT_UNPROVED;
	case COEXIST_SIGNATURE_INVALID:
		break;
	}
	return COEXIST_DOCUMENT_REFUTED;
}
