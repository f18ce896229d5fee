/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text is a document or an error, and a document is the same after it was
   written and read again. */

#include "fuzz.h"

#include "policy-document.h"

#include <string.h>

static coexist_document *reparse(const coexist_document *document)
{
	g_autofree char *text = coexist_document_to_text(document);

	/* a line end that was missing may be one byte too many */
	if (strlen(text) > COEXIST_DOCUMENT_MAX_SIZE)
		return NULL;
	return coexist_document_parse("again", text, strlen(text), NULL);
}

static void check_same(const coexist_document *a, const coexist_document *b)
{
	g_autofree char *signed_a = coexist_document_to_signed_text(a, "key");
	g_autofree char *signed_b = coexist_document_to_signed_text(b, "key");

	for (unsigned int key = 0; key < COEXIST_KEY_COUNT; key++) {
		g_assert_cmpstr(coexist_document_get(a, key), ==,
				coexist_document_get(b, key));
	}
	g_assert_cmpstr(signed_a, ==, signed_b);
}

static void
take_unknown(void *context G_GNUC_UNUSED, const struct coexist_scope *scope,
	     enum coexist_key key, const char *text)
{
	g_assert_cmpstr(scope->get(scope->context, key), ==, text);
}

/* Each key is what the document says, or as if it said nothing. */
static void check_policy(const coexist_document *document)
{
	struct coexist_scope scope;
	struct coexist_policy policy;

	coexist_document_init_scope(document, "scope", &scope);
	coexist_policy_merge(&scope, 1, take_unknown, NULL, &policy);
	for (unsigned int key = 0; key < COEXIST_KEY_COUNT; key++) {
		const struct coexist_policy_entry *entry = &policy.entries[key];

		g_assert_nonnull(entry->text);
		if (entry->scope != NULL && entry->preset == NULL)
			g_assert_true(entry->text ==
				      coexist_document_get(document, key));
	}
}

/* A valid text can be set, an invalid one leaves the document alone. */
static void check_set(coexist_document *document)
{
	for (unsigned int key = 0; key < COEXIST_KEY_COUNT; key++) {
		const struct coexist_policy_key *info =
			&coexist_policy_keys[key];
		const char *text = coexist_document_get(document, key);
		g_autofree char *before = g_strdup(text);
		struct coexist_value value;

		if (before == NULL)
			continue;
		if (coexist_document_set(document, info->name, before, NULL))
			g_assert_cmpint(coexist_value_parse(info, before,
							    &value), ==,
					COEXIST_VALUE_VALID);
		g_assert_cmpstr(coexist_document_get(document, key), ==,
				before);
		g_assert_true(coexist_document_unset(document, info->name,
						     NULL));
		g_assert_null(coexist_document_get(document, key));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(coexist_document) document =
		coexist_document_parse("name", (const char *)data, size,
				       &error);
	g_autoptr(coexist_document) again = NULL, emptied = NULL;

	if (document == NULL) {
		g_assert_error(error, COEXIST_DOCUMENT_ERROR,
			       COEXIST_DOCUMENT_ERROR_PARSE);
		g_assert_true(g_str_has_prefix(error->message, "name: "));
		return 0;
	}
	g_assert_no_error(error);
	again = reparse(document);
	if (again == NULL)
		return 0;
	check_same(document, again);
	check_policy(document);
	check_set(document);
	emptied = reparse(document);
	if (emptied != NULL)
		check_same(document, emptied);
	return 0;
}
