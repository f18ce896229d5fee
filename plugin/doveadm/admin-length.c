/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in admin-length.h. */

#include "lib.h"
#include "admin-length.h"
#include "coexist-admin.h"
#include "handover-length.h"
#include "policy-store.h"
#include "policy-store-admin.h"

static struct coexist_document *
document_read(const struct coexist_admin *admin, const char *key)
{
	struct coexist_document *document = NULL;
	const char *error;

	if (key != NULL &&
	    coexist_store_read(admin->store, key, &document, &error) !=
	    COEXIST_STORE_FOUND)
		return NULL;
	return document;
}

void coexist_admin_length_init(const struct coexist_admin *admin,
			       struct coexist_admin_length *length_r)
{
	i_zero(length_r);
	length_r->default_document =
		document_read(admin, COEXIST_STORE_KEY_DEFAULT);
}

void coexist_admin_length_deinit(struct coexist_admin_length *length)
{
	coexist_document_unref(length->default_document);
	coexist_document_unref(length->domain_document);
	i_free(length->domain);
}

/* Returns the document of the mailbox's domain, or NULL. */
static const struct coexist_document *
domain_document(const struct coexist_admin *admin,
		struct coexist_admin_length *length, const char *mailbox)
{
	const char *domain = strrchr(mailbox, '@');

	if (domain == NULL)
		return NULL;
	domain++;
	if (length->domain == NULL || strcmp(length->domain, domain) != 0) {
		coexist_document_unref(length->domain_document);
		length->domain_document =
			document_read(admin, coexist_store_key_domain(domain));
		i_free(length->domain);
		length->domain = i_strdup(domain);
	}
	return length->domain_document;
}

size_t coexist_admin_length_get(const struct coexist_admin *admin,
				struct coexist_admin_length *length,
				enum coexist_admin_scope_kind kind,
				const char *name,
				const struct coexist_document *document,
				const char **left_out_r)
{
	const struct coexist_document *documents[COEXIST_LENGTH_SCOPE_COUNT] = {
		[COEXIST_LENGTH_SCOPE_DEFAULT] = length->default_document
	};

	switch (kind) {
	case COEXIST_ADMIN_SCOPE_MAILBOX:
		documents[COEXIST_LENGTH_SCOPE_MAILBOX] = document;
		documents[COEXIST_LENGTH_SCOPE_DOMAIN] =
			domain_document(admin, length, name);
		break;
	case COEXIST_ADMIN_SCOPE_DOMAIN:
		documents[COEXIST_LENGTH_SCOPE_DOMAIN] = document;
		break;
	case COEXIST_ADMIN_SCOPE_DEFAULT:
		documents[COEXIST_LENGTH_SCOPE_DEFAULT] = document;
		break;
	}
	return coexist_handover_length(documents, left_out_r);
}
