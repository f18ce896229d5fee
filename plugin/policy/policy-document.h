/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_DOCUMENT_H
#define COEXIST_POLICY_DOCUMENT_H

#include <glib.h>

#include "policy-merge.h"

/* A policy document: a key file (GKeyFile) with the groups [policy], [meta]
   and optionally [signature], as the store keeps it for a mailbox, a domain or
   everybody.

   A text that is not a key file, is too large or is not UTF-8 is an error. An
   unknown key or value inside it is not: it counts as missing and is reported,
   so that a typo neither opens nor closes a mailbox. */

/* Larger texts are an error. */
#define COEXIST_DOCUMENT_MAX_SIZE (64 * 1024)
/* So many unknown names show what is wrong. */
#define COEXIST_DOCUMENT_MAX_UNKNOWN 100

typedef struct coexist_document coexist_document;

#define COEXIST_DOCUMENT_ERROR (coexist_document_error_quark())
GQuark coexist_document_error_quark(void);
enum coexist_document_error {
	COEXIST_DOCUMENT_ERROR_PARSE,	/* not a document: message has the line */
	COEXIST_DOCUMENT_ERROR_KEY,	/* no such key */
	COEXIST_DOCUMENT_ERROR_VALUE,	/* not a value of the key */
	COEXIST_DOCUMENT_ERROR_SIZE	/* the document would be too large */
};

/* Returns an empty document. */
struct coexist_document *coexist_document_new(void);
struct coexist_document *
coexist_document_ref(struct coexist_document *document);
/* NULL is allowed. */
void coexist_document_unref(struct coexist_document *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(coexist_document, coexist_document_unref)

/* Reads a document. Returns it, or NULL and an error that begins with the
   name, which is the store's key or a file name. A text without a [policy]
   group, such as an empty one, is no document: it was cut off. Where a key is
   there twice the last one counts. */
struct coexist_document *
coexist_document_parse(const char *name, const char *text, size_t length,
		       GError **error);
/* Returns the text to store, newly allocated. Comments and all that we do not
   know are still in it. */
char *coexist_document_to_text(const struct coexist_document *document);

/* Returns the key's text as the document has it, valid or not, or NULL. It
   lives as long as the document and is unchanged. */
const char *coexist_document_get(const struct coexist_document *document,
				 enum coexist_key key);

/* Sets the key to a text, without the white space at both ends, which must be a valid
   value and not one that means inherit. Returns false and leaves the document alone if it isn't. */
bool coexist_document_set(struct coexist_document *document,
			  const char *key_name, const char *text,
			  GError **error);
/* Removes the key. Returns false if there is no such key in the table. */
bool coexist_document_unset(struct coexist_document *document,
			    const char *key_name, GError **error);

/* Returns the first names in [policy] that are no keys, NULL-terminated. */
const char *const *
coexist_document_get_unknown(const struct coexist_document *document);

/* [meta]: when, by whom and why the document was changed last. NULL if it does
   not say. It lives as long as the document and is unchanged. */
const char *coexist_document_get_meta(const struct coexist_document *document,
				      const char *name);
/* A NULL or empty value removes the name. A long one is cut. */
void coexist_document_set_meta(struct coexist_document *document,
			       const char *name, const char *value);

/* [signature]: likewise. policy-signature.h knows what is in it. */
const char *
coexist_document_get_signature(const struct coexist_document *document,
			       const char *name);
void coexist_document_set_signature(struct coexist_document *document,
				    const char *name, const char *value);

/* Returns what a signature of the document signs, whatever the order of its
   keys and the layout of its text: lines that end in \n, which are

     dovecot-coexist policy 1
     <store key>
     <group>.<name>=<value>

   with a line for each name in [policy] and [meta], these lines sorted by
   their bytes, and the value as it is written in the document, without the
   blanks around it. The store key is in it so that one mailbox's document can't
   be passed off as another's. Newly allocated. */
char *coexist_document_to_signed_text(const struct coexist_document *document,
				      const char *store_key);

/* Makes a scope for coexist_policy_merge() out of the document, which must
   outlive it. document may be NULL: a scope that names nothing. */
void coexist_document_init_scope(const struct coexist_document *document,
				 const char *scope_name,
				 struct coexist_scope *scope_r);

#endif
