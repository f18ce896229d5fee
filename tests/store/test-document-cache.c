/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of document-cache.h: what is remembered, for how long, and how much. */

#include "lib.h"
#include "document-cache.h"
#include "document-file.h"
#include "policy-document.h"
#include "policy-document-texts.h"

#include <string.h>

#define LARGE (1024 * 1024)

static struct coexist_document_texts *texts_new(const char *text)
{
	g_autoptr(coexist_document) parsed =
		coexist_document_parse("test", text, strlen(text), NULL);

	g_assert_nonnull(parsed);
	return coexist_document_texts_new(parsed);
}

static void
put(struct coexist_document_cache *cache, const char *key, const char *text,
    uint64_t now)
{
	g_autoptr(coexist_document_texts) document =
		text == NULL ? NULL : texts_new(text);

	coexist_document_cache_put(cache, key, document, text, now);
}

/* Returns the key's text in the document, "none" for no document, or NULL. */
static const char *
get(struct coexist_document_cache *cache, const char *key, uint64_t since)
{
	struct coexist_document_texts *document;

	if (!coexist_document_cache_get(cache, key, since, &document))
		return NULL;
	return document == NULL ? "none" :
		coexist_document_texts_get(document, COEXIST_KEY_pop3_access);
}

static void test_get(void)
{
	struct coexist_document_cache *cache =
		coexist_document_cache_new(LARGE);

	g_assert_null(get(cache, "a", 0));
	put(cache, "a", "[policy]\npop3_access=deny\n", 10);
	put(cache, "b", NULL, 10);
	g_assert_cmpstr(get(cache, "a", 10), ==, "deny");
	g_assert_null(get(cache, "a", 11));
	g_assert_cmpstr(get(cache, "b", 0), ==, "none");

	put(cache, "a", NULL, 20);
	g_assert_cmpstr(get(cache, "a", 20), ==, "none");
	put(cache, "a", "[policy]\npop3_access=allow\n", 30);
	g_assert_cmpstr(get(cache, "a", 30), ==, "allow");
	coexist_document_cache_free(cache);
}

static void test_put_again(void)
{
	static const char text[] = "[policy]\npop3_access=deny\n";
	struct coexist_document_cache *cache =
		coexist_document_cache_new(LARGE);
	struct coexist_document_texts *document;

	g_assert_null(coexist_document_cache_put_again(cache, "a", text, 10));
	put(cache, "a", NULL, 10);
	g_assert_null(coexist_document_cache_put_again(cache, "a", text, 10));

	put(cache, "a", text, 10);
	g_assert_null(coexist_document_cache_put_again(cache, "b", text, 20));
	g_assert_null(coexist_document_cache_put_again(cache, "a",
		"[policy]\npop3_access=den\n", 20));
	g_assert_null(get(cache, "a", 20));
	document = coexist_document_cache_put_again(cache, "a", text, 20);
	g_assert_cmpstr(coexist_document_texts_get(document,
					     COEXIST_KEY_pop3_access), ==,
			"deny");
	g_assert_cmpstr(get(cache, "a", 20), ==, "deny");
	coexist_document_cache_free(cache);
}

static void test_unchanged(void)
{
	const struct coexist_document_stamp stamp = {
		.exists = true, .inode = 1
	}, other = { .exists = true, .inode = 2 }, none = { .exists = false };
	struct coexist_document_cache *cache =
		coexist_document_cache_new(LARGE);
	struct coexist_document_texts *document;

	coexist_document_cache_set_stamp(cache, "a", &stamp);
	g_assert_false(coexist_document_cache_get_unchanged(cache, "a", &stamp,
							    20, &document));
	put(cache, "a", "[policy]\npop3_access=deny\n", 10);
	g_assert_false(coexist_document_cache_get_unchanged(cache, "a", &none,
							    20, &document));
	coexist_document_cache_set_stamp(cache, "a", &stamp);
	g_assert_false(coexist_document_cache_get_unchanged(cache, "a", &other,
							    20, &document));
	g_assert_null(get(cache, "a", 20));
	g_assert_true(coexist_document_cache_get_unchanged(cache, "a", &stamp,
							   20, &document));
	g_assert_cmpstr(coexist_document_texts_get(document,
					     COEXIST_KEY_pop3_access), ==,
			"deny");
	g_assert_cmpstr(get(cache, "a", 20), ==, "deny");

	/* what is read again has the stamp that is set again */
	put(cache, "a", NULL, 30);
	g_assert_false(coexist_document_cache_get_unchanged(cache, "a", &stamp,
							    30, &document));
	coexist_document_cache_set_stamp(cache, "a", &none);
	g_assert_true(coexist_document_cache_get_unchanged(cache, "a", &none,
							   30, &document));
	g_assert_null(document);
	coexist_document_cache_free(cache);
}

/* What is remembered stays for the time when the store is away. */
static void test_forget_times(void)
{
	const struct coexist_document_stamp stamp = { .exists = true };
	struct coexist_document_cache *cache =
		coexist_document_cache_new(LARGE);
	struct coexist_document_texts *document;

	coexist_document_cache_forget_times(cache);
	put(cache, "a", "[policy]\npop3_access=deny\n", 10);
	coexist_document_cache_set_stamp(cache, "a", &stamp);
	put(cache, "b", NULL, 20);
	coexist_document_cache_forget_times(cache);
	g_assert_null(get(cache, "a", 1));
	g_assert_null(get(cache, "b", 1));
	g_assert_false(coexist_document_cache_get_unchanged(cache, "a", &stamp,
							    10, &document));
	g_assert_cmpstr(get(cache, "a", 0), ==, "deny");
	g_assert_cmpstr(get(cache, "b", 0), ==, "none");

	put(cache, "a", NULL, 5);
	g_assert_cmpstr(get(cache, "a", 5), ==, "none");
	coexist_document_cache_free(cache);
}

/* What was read has to be read and trusted again. */
static void test_forget_texts(void)
{
	static const char text[] = "[policy]\npop3_access=deny\n";
	struct coexist_document_cache *cache =
		coexist_document_cache_new(LARGE);

	coexist_document_cache_forget_texts(cache);
	put(cache, "a", text, 10);
	put(cache, "b", NULL, 10);
	coexist_document_cache_forget_texts(cache);
	g_assert_null(coexist_document_cache_put_again(cache, "a", text, 20));
	g_assert_cmpstr(get(cache, "a", 0), ==, "deny");
	g_assert_null(get(cache, "a", 1));
	g_assert_cmpstr(get(cache, "b", 0), ==, "none");

	put(cache, "a", text, 30);
	g_assert_nonnull(coexist_document_cache_put_again(cache, "a", text,
							  40));
	coexist_document_cache_free(cache);
}

static void test_clear(void)
{
	struct coexist_document_cache *cache =
		coexist_document_cache_new(LARGE);

	coexist_document_cache_clear(cache);
	put(cache, "a", "[policy]\npop3_access=deny\n", 10);
	put(cache, "b", NULL, 10);
	coexist_document_cache_clear(cache);
	g_assert_null(get(cache, "a", 0));
	g_assert_null(get(cache, "b", 0));
	put(cache, "a", NULL, 10);
	g_assert_cmpstr(get(cache, "a", 0), ==, "none");
	coexist_document_cache_free(cache);
}

static unsigned int
count_kept(struct coexist_document_cache *cache, unsigned int count)
{
	unsigned int i, kept = 0;
	char key[32];

	/* the newest first, so that asking leaves their order */
	for (i = count; i > 0; i--) {
		(void)g_snprintf(key, sizeof(key), "%u", i - 1);
		if (get(cache, key, 0) == NULL)
			break;
		kept++;
	}
	for (; i > 0; i--) {
		(void)g_snprintf(key, sizeof(key), "%u", i - 1);
		g_assert_null(get(cache, key, 0));
	}
	return kept;
}

static void
put_many(struct coexist_document_cache *cache, unsigned int count,
	 const char *text)
{
	unsigned int i;
	char key[32];

	for (i = 0; i < count; i++) {
		(void)g_snprintf(key, sizeof(key), "%u", i);
		put(cache, key, text, 10);
	}
}

static void test_size(void)
{
	/* how many are at least and at most kept in 1 MB */
	static const struct {
		const char *text;
		unsigned int length, least, most;
	} rows[] = {
		{ NULL, 0, 3000, 10000 },
		{ "[policy]\npop3_access=deny\n", 0, 1000, 2600 },
		{ "[policy]\npop3_access=deny\n#", 10000, 90, 110 },
		{ "[policy]\npop3_access=deny\ndeny_text=", 10000, 45, 55 }
	};
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct coexist_document_cache *cache =
			coexist_document_cache_new(LARGE);
		g_autofree char *padding = g_strnfill(rows[i].length, 'x');
		g_autofree char *text = rows[i].text == NULL ? NULL :
			g_strconcat(rows[i].text, padding, NULL);
		unsigned int kept;

		g_test_message("row %u", i);
		put_many(cache, 12000, text);
		kept = count_kept(cache, 12000);
		g_assert_cmpuint(kept, >=, rows[i].least);
		g_assert_cmpuint(kept, <=, rows[i].most);
		coexist_document_cache_free(cache);
	}
}

/* Those that are used stay, and a key that changes is counted once. */
static void test_use(void)
{
	static const char text[] = "[policy]\npop3_access=deny\n";
	struct coexist_document_cache *cache =
		coexist_document_cache_new(LARGE);
	unsigned int i;

	put(cache, "used", text, 10);
	put(cache, "again", text, 10);
	put(cache, "changed", text, 10);
	put(cache, "idle", text, 10);
	for (i = 0; i < 20; i++) {
		put_many(cache, 500, i % 2 == 0 ? NULL : text);
		g_assert_cmpstr(get(cache, "used", 0), ==, "deny");
		g_assert_nonnull(coexist_document_cache_put_again(
			cache, "again", text, 10));
		put(cache, "changed", i % 2 == 0 ? NULL : text, 10);
	}
	/* a single one counts once, however often it changed */
	g_assert_cmpstr(get(cache, "idle", 0), ==, "deny");
	put_many(cache, 12000, NULL);
	g_assert_null(get(cache, "idle", 0));
	coexist_document_cache_free(cache);
}

static void test_too_large(void)
{
	struct coexist_document_cache *cache = coexist_document_cache_new(100);

	put(cache, "a", "[policy]\npop3_access=deny\n", 10);
	g_assert_null(get(cache, "a", 0));
	put(cache, "a", NULL, 10);
	coexist_document_cache_free(cache);
	coexist_document_cache_free(NULL);
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/document-cache/get", test_get);
	g_test_add_func("/document-cache/put-again", test_put_again);
	g_test_add_func("/document-cache/unchanged", test_unchanged);
	g_test_add_func("/document-cache/forget-times", test_forget_times);
	g_test_add_func("/document-cache/forget-texts", test_forget_texts);
	g_test_add_func("/document-cache/clear", test_clear);
	g_test_add_func("/document-cache/size", test_size);
	g_test_add_func("/document-cache/use", test_use);
	g_test_add_func("/document-cache/too-large", test_too_large);
	return g_test_run();
}
