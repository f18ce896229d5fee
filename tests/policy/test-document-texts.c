/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scope that a document becomes, itself or as a snapshot of its texts. */

#include "document-cases.h"
#include "policy-document-texts.h"

#include <string.h>

static void
no_unknown(void *context G_GNUC_UNUSED,
	   const struct coexist_scope *scope G_GNUC_UNUSED,
	   enum coexist_key key G_GNUC_UNUSED, const char *text G_GNUC_UNUSED)
{
	g_assert_not_reached();
}

static void test_scope(void)
{
	g_autoptr(coexist_document) document =
		parse("[policy]\npreset=safe\npop3_access=deny\n");
	struct coexist_scope scopes[2];
	struct coexist_policy policy;

	coexist_document_init_scope(NULL, "mailbox", &scopes[0]);
	coexist_document_init_scope(document, "domain", &scopes[1]);
	coexist_policy_merge(scopes, 2, no_unknown, NULL, &policy);
	g_assert_cmpstr(coexist_policy_text(&policy, COEXIST_KEY_pop3_access),
			==, "deny");
	g_assert_cmpstr(policy.entries[COEXIST_KEY_pop3_delete].scope->name,
			==, "domain");
	g_assert_cmpstr(coexist_policy_text(&policy, COEXIST_KEY_pop3_delete),
			==, "trash");
}

static void test_texts(void)
{
	g_autoptr(coexist_document) document = parse(
		"# comment\n[policy]\npop3_access=deny\nlanguage=\n"
		"deny_text=one\\ntwo\n[meta]\nby=somebody\n");
	g_autoptr(coexist_document) nothing = parse("[policy]\n");
	g_autoptr(coexist_document_texts) texts =
		coexist_document_texts_new(document);
	g_autoptr(coexist_document_texts) none =
		coexist_document_texts_new(nothing);
	g_autoptr(coexist_document_texts) empty =
		coexist_document_texts_new_empty();
	size_t size;

	/* it has not to do with the document any more */
	g_assert_true(coexist_document_set(document, "pop3_access", "allow",
					   NULL));
	g_assert_cmpstr(coexist_document_texts_get(texts,
						   COEXIST_KEY_pop3_access),
			==, "deny");
	g_assert_cmpstr(coexist_document_texts_get(texts, COEXIST_KEY_language),
			==, "");
	g_assert_cmpstr(coexist_document_texts_get(texts,
						   COEXIST_KEY_deny_text),
			==, "one\ntwo");
	g_assert_null(coexist_document_texts_get(texts,
						 COEXIST_KEY_imap_access));

	g_assert_null(coexist_document_texts_get(none,
						 COEXIST_KEY_pop3_access));
	g_assert_null(coexist_document_texts_get(empty,
						 COEXIST_KEY_pop3_access));
	size = coexist_document_texts_get_size(none);
	g_assert_cmpuint(coexist_document_texts_get_size(empty), ==, size);
	g_assert_cmpuint(coexist_document_texts_get_size(texts), ==,
			 size + strlen("deny") + 1 + 1 + strlen("one two") + 1 +
			 2 * sizeof(struct coexist_scope_entry));
	g_assert_cmpuint(size, <, 1024);
}

static void
note_unknown(void *context, const struct coexist_scope *scope,
	     enum coexist_key key, const char *text)
{
	g_string_append_printf(context, "%s: %s=%s\n", scope->name,
			       coexist_policy_keys[key].name, text);
}

/* Returns what is in force with the scope and what is wrong in it. */
static char *describe(const struct coexist_scope *scope)
{
	GString *text = g_string_new(NULL);
	struct coexist_policy policy;

	coexist_policy_merge(scope, 1, note_unknown, text, &policy);
	for (size_t i = 0; i < COEXIST_KEY_COUNT; i++) {
		const struct coexist_policy_entry *entry = &policy.entries[i];

		if (entry->scope == NULL)
			continue;
		g_string_append_printf(text, "%s=%s %" G_GUINT64_FORMAT " %s\n",
				       coexist_policy_keys[i].name, entry->text,
				       entry->value.number,
				       entry->preset == NULL ? "itself" :
				       entry->preset);
	}
	return g_string_free(text, FALSE);
}

/* What was read once for a snapshot says the same as what is read again. */
static void test_texts_scope(void)
{
	static const struct {
		const char *text, *described;
	} rows[] = {
		{ "[policy]\n", "" },
		{ "[policy]\npop3_access=deny\nlanguage=\nimap_tls=yes\n",
		  "mailbox: imap_tls=yes\npop3_access=deny 1 itself\n" },
		{ "[policy]\nimap_access=never\npop3_access=suspend\n",
		  "mailbox: imap_access=never\npop3_access=suspend 2 itself\n" },
		{ "[policy]\npop3_delete=shred\npop3_delete_limit=7\npreset=safe\n",
		  "mailbox: pop3_delete=shred\n"
		  "pop3_mark_read=complete 1 safe\npop3_delete=trash 2 safe\n"
		  "pop3_delete_limit=7 7 itself\npreset=safe 2 itself\n" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(coexist_document) document = parse(rows[i].text);
		g_autoptr(coexist_document_texts) texts =
			coexist_document_texts_new(document);
		g_autofree char *read = NULL, *read_before = NULL;
		struct coexist_scope scope;

		g_test_message("row %zu", i);
		coexist_document_init_scope(document, "mailbox", &scope);
		read = describe(&scope);
		g_assert_cmpstr(read, ==, rows[i].described);
		coexist_document_texts_init_scope(texts, "mailbox", &scope);
		read_before = describe(&scope);
		g_assert_cmpstr(read_before, ==, rows[i].described);
	}
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/document/scope", test_scope);
	g_test_add_func("/document/texts", test_texts);
	g_test_add_func("/document/texts-scope", test_texts_scope);
	return g_test_run();
}
