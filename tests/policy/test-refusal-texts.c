/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a refused person is told. */

#include "refusal-texts.h"

#include <glib/gstdio.h>
#include <string.h>

static const struct coexist_refusal_values values = {
	.protocol = "POP3", .date = "2027-01-01", .seconds = "90"
};

static char *say(const coexist_refusal_texts *texts, enum coexist_refusal_text id,
		 const char *language, bool ascii)
{
	const struct coexist_refusal_text_style style = {
		.language = language, .ascii = ascii, .max_length = 400
	};
	char *said = coexist_refusal_texts_say(texts, id, &values, &style);

	g_assert_nonnull(said);
	return said;
}

/* Adds a file with this content. */
static bool
add(coexist_refusal_texts *texts, const char *content, size_t length, GError **error)
{
	g_autofree char *path = NULL;
	g_autoptr(GError) write_error = NULL;
	bool added;
	int fd = g_file_open_tmp("coexist-texts-XXXXXX", &path, &write_error);

	g_assert_no_error(write_error);
	g_close(fd, NULL);
	g_file_set_contents(path, content, length, &write_error);
	g_assert_no_error(write_error);
	added = coexist_refusal_texts_add_file(texts, path, error);
	if (!added && error != NULL)
		g_assert_true(g_str_has_prefix((*error)->message, path));
	g_unlink(path);
	return added;
}

static coexist_refusal_texts *texts_shipped(void)
{
	coexist_refusal_texts *texts = coexist_refusal_texts_new();
	g_autoptr(GError) error = NULL;

	coexist_refusal_texts_add_file(texts, TEXTS_DIR "/" COEXIST_TEXTS_FILE, &error);
	g_assert_no_error(error);
	return texts;
}

/* Every text in every language of ours is there, short enough, and readable
   in ASCII. */
static void test_shipped(void)
{
	static const char *const languages[] = {
		"es", "ca", "pt", "pt-BR", "fr", "de"
	};
	static const struct coexist_refusal_text_style whole = { NULL, false, 4096 };
	g_autoptr(coexist_refusal_texts) builtin = coexist_refusal_texts_new();
	g_autoptr(coexist_refusal_texts) texts = texts_shipped();

	for (unsigned int id = 0; id < COEXIST_TEXT_COUNT; id++) {
		g_autofree char *english = say(builtin, id, NULL, false);
		g_autofree char *same = say(texts, id, NULL, false);

		g_assert_cmpstr(same, ==, english);
		g_assert_true(g_str_is_ascii(english));
		for (size_t i = 0; i < G_N_ELEMENTS(languages); i++) {
			g_autofree char *utf8 =
				say(texts, id, languages[i], false);
			g_autofree char *ascii =
				say(texts, id, languages[i], true);
			g_autofree char *full = NULL;
			struct coexist_refusal_text_style style = whole;

			g_test_message("%s: %s", languages[i], ascii);
			style.language = languages[i];
			full = coexist_refusal_texts_say(texts, id, &values, &style);
			g_assert_cmpstr(full, ==, utf8);
			g_assert_cmpstr(utf8, !=, english);
			g_assert_cmpstr(ascii, !=, english);
			g_assert_true(g_str_is_ascii(ascii));
			g_assert_null(strchr(utf8, '{'));
			g_assert_null(strchr(utf8, '?'));
			g_assert_null(strchr(ascii, '?'));
			g_assert_cmpuint(strlen(utf8), <, 250);
		}
	}
}

static void test_values(void)
{
	g_autoptr(coexist_refusal_texts) texts = coexist_refusal_texts_new();
	static const struct coexist_refusal_values none;
	static const struct coexist_refusal_text_style style = { NULL, false, 30 };
	g_autofree char *until = say(texts, COEXIST_TEXT_until, NULL, false);
	g_autofree char *delay =
		say(texts, COEXIST_TEXT_login_delay, NULL, false);
	g_autofree char *unsaid =
		coexist_refusal_texts_say(texts, COEXIST_TEXT_deny, &none, &style);

	g_assert_true(g_str_has_prefix(until, "POP3 was switched off on 2027-01-01. "));
	g_assert_nonnull(strstr(delay, "wait 90 s."));
	g_assert_cmpstr(unsaid, ==, "? is switched off for this mai");
}

static void test_format(void)
{
	static const struct {
		const char *text;
		const char *language;
		bool ascii;
		size_t max_length;
		const char *line;
	} rows[] = {
		{ "No {protocol}.", NULL, false, 100, "No POP3." },
		{ "{protocol}{date}{seconds}", NULL, false, 100,
		  "POP32027-01-0190" },
		/* braces around anything else */
		{ "{user} {protocol", NULL, false, 100, "{user} {protocol" },
		{ "{{protocol}}", NULL, false, 100, "{POP3}" },
		{ "}{", NULL, false, 100, "}{" },
		{ "} {protocol}", NULL, false, 100, "} POP3" },
		{ "{}", NULL, false, 100, "{}" },
		/* one line */
		{ "a\r\nb", NULL, false, 100, "a b" },
		{ " a \t b ", NULL, false, 100, "a b" },
		{ "a\nNO [ALERT] b\n", NULL, false, 100, "a NO [ALERT] b" },
		{ "a\x1b[31mb\x7f", NULL, false, 100, "a [31mb" },
		{ "a\xc2\x85" "b\xe2\x80\xa8" "c\xe2\x80\xa9" "d", NULL, false,
		  100, "a b c d" },
		{ "a\xff" "b", NULL, false, 100, "a\xef\xbf\xbd" "b" },
		{ "\n", NULL, false, 100, NULL },
		{ "", NULL, false, 100, NULL },
		/* cut between characters */
		{ "añb", NULL, false, 4, "añb" },
		{ "añb", NULL, false, 3, "añ" },
		{ "añb", NULL, false, 2, "a" },
		{ "ab cd", NULL, false, 3, "ab" },
		{ "€", NULL, false, 2, "" },
		{ "a", NULL, false, 0, "" },
		/* ASCII by the customs of the language */
		{ "Grüße", "de", true, 100, "Gruesse" },
		{ "Grüße", "de-AT", true, 100, "Gruesse" },
		{ "pingüino, ¿sí? ¡ño!", "es", true, 100, "pinguino, si? no!" },
		{ "cancel·lació", "ca", true, 100, "cancel.lacio" },
		{ "prêt\xc2\xa0: «\xc2\xa0là\xc2\xa0»", "fr", true, 100,
		  "pret : << la >>" },
		{ "não", "pt-BR", true, 100, "nao" },
		{ "naïve", "zh-Hant-TW", true, 100, "naive" },
		{ "naïve", NULL, true, 100, "naive" },
		{ "Why?", NULL, true, 100, "Why?" },
		{ "Пароль", "ru", true, 100, NULL },
		{ "ok 日本", NULL, true, 100, NULL },
		{ "a\xff" "b", NULL, true, 100, NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct coexist_refusal_text_style style = {
			rows[i].language, rows[i].ascii, rows[i].max_length
		};
		g_autofree char *line = NULL;

		g_test_message("row %zu", i);
		line = coexist_refusal_text_format(rows[i].text, &values, &style);
		g_assert_cmpstr(line, ==, rows[i].line);
	}
}

/* Which language's text is taken. */
static void test_language(void)
{
	static const char file[] =
		"[deny]\n"
		"text[zh]=zh\n"
		"text[zh-Hant]=zh-Hant\n"
		"text[pt_BR]=pt-BR\n"
		"text[ES]=es\n"
		"text[ru]=Нет\n"
		"text[fr]=\n"
		"[tls]\n"
		"text=Ask Müller.\n";
	static const struct {
		const char *language, *said;
		bool ascii;
	} rows[] = {
		{ "zh", "zh", false },
		{ "zh-TW", "zh", false },
		{ "zh-Hant", "zh-Hant", false },
		{ "zh-Hant-TW", "zh-Hant", false },
		{ "pt-BR", "pt-BR", false },
		{ "pt-br", "pt-BR", false },
		{ "pt", NULL, false },
		{ "es-MX", "es", false },
		{ "Es", "es", false },
		{ "ru", "Нет", false },
		{ "ru", NULL, true },
		{ "fr", NULL, false },
		{ "en", NULL, false },
		{ "en-GB", NULL, false },
		{ "xx", NULL, false },
		{ "", NULL, false },
		{ NULL, NULL, false },
	};
	g_autoptr(coexist_refusal_texts) texts = coexist_refusal_texts_new();
	g_autofree char *english = say(texts, COEXIST_TEXT_deny, NULL, false);

	g_autofree char *other = NULL;

	g_assert_true(add(texts, file, strlen(file), NULL));
	/* English letters are not replaced by German customs */
	other = say(texts, COEXIST_TEXT_tls, "de", true);
	g_assert_cmpstr(other, ==, "Ask Muller.");
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *said = NULL;

		g_test_message("row %zu", i);
		said = say(texts, COEXIST_TEXT_deny, rows[i].language,
			   rows[i].ascii);
		g_assert_cmpstr(said, ==, rows[i].said == NULL ? english :
				rows[i].said);
	}
}

/* A site's file comes before ours, text by text. */
static void test_override(void)
{
	static const char file[] =
		"[deny]\n"
		"text=No {protocol}\n"
		"text[es]=Sin {protocol}\n"
		"text[de]=\n";
	g_autoptr(coexist_refusal_texts) ours = texts_shipped();
	g_autoptr(coexist_refusal_texts) texts = texts_shipped();
	static const struct {
		enum coexist_refusal_text id;
		const char *language, *said;
	} rows[] = {
		{ COEXIST_TEXT_deny, "es", "Sin POP3" },
		{ COEXIST_TEXT_deny, NULL, "No POP3" },
		{ COEXIST_TEXT_deny, "en", "No POP3" },
		{ COEXIST_TEXT_deny, "xx", "No POP3" },
		{ COEXIST_TEXT_deny, "de", NULL },
		{ COEXIST_TEXT_suspend, "es", NULL },
		{ COEXIST_TEXT_suspend, NULL, NULL },
	};

	g_assert_true(add(texts, file, strlen(file), NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *same =
			say(ours, rows[i].id, rows[i].language, false);
		g_autofree char *said =
			say(texts, rows[i].id, rows[i].language, false);

		g_test_message("row %zu", i);
		g_assert_cmpstr(said, ==, rows[i].said == NULL ? same :
				rows[i].said);
	}
}

/* A wrong file is refused as a whole. */
static void test_wrong_file(void)
{
	static const struct {
		const char *content;
		size_t length;
		const char *message;
	} rows[] = {
#define GOOD "[tls]\ntext=good\n"
#define WRONG(content, message) { content, sizeof(content) - 1, message }
		WRONG(GOOD"[dney]\ntext=x\n", "*: [dney]: No such text"),
		WRONG(GOOD"[deny]\ntxet=x\n", "*: [deny] txet: Not*"),
		WRONG(GOOD"[deny]\ntext[es=x\n", "*"),
		WRONG(GOOD"[deny]\ntext=x {dta}\n",
		      "*: [deny] text: Unknown placeholder"),
		WRONG(GOOD"[deny]\ntext[es]={dta} {date}\n",
		      "*: [deny] text[es]: Unknown placeholder"),
		WRONG(GOOD"[deny]\ntext=\xff\n", "*: [deny] text: Not UTF-8"),
		WRONG(GOOD"garbage\n", "*"),
		WRONG("text=x\n", "*"),
#undef WRONG
	};
	g_autoptr(coexist_refusal_texts) texts = coexist_refusal_texts_new();
	g_autofree char *before = say(texts, COEXIST_TEXT_tls, NULL, false);
	g_autofree char *good = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *after = NULL;
		g_autoptr(GError) error = NULL;

		g_test_message("row %zu", i);
		g_assert_false(add(texts, rows[i].content, rows[i].length,
				   &error));
		g_test_message("%s", error->message);
		g_assert_true(g_pattern_match_simple(rows[i].message,
						     error->message));
		after = say(texts, COEXIST_TEXT_tls, NULL, false);
		g_assert_cmpstr(after, ==, before);
	}
	g_assert_true(add(texts, GOOD, strlen(GOOD), NULL));
	good = say(texts, COEXIST_TEXT_tls, NULL, false);
	g_assert_cmpstr(good, ==, "good");
#undef GOOD
}

static void test_missing_file(void)
{
	g_autoptr(coexist_refusal_texts) texts = coexist_refusal_texts_new();
	g_autoptr(GError) error = NULL;

	g_assert_false(coexist_refusal_texts_add_file(texts, "/nonexistent/x", &error));
	g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
	g_assert_true(g_str_has_prefix(error->message, "/nonexistent/x: "));
	g_clear_error(&error);
	g_assert_false(coexist_refusal_texts_add_file(texts, "/", &error));
	g_assert_nonnull(error);
	/* an empty file has nothing to add */
	g_assert_true(add(texts, "", 0, NULL));
	coexist_refusal_texts_free(NULL);
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/text/shipped", test_shipped);
	g_test_add_func("/text/values", test_values);
	g_test_add_func("/text/format", test_format);
	g_test_add_func("/text/language", test_language);
	g_test_add_func("/text/override", test_override);
	g_test_add_func("/text/wrong-file", test_wrong_file);
	g_test_add_func("/text/missing-file", test_missing_file);
	return g_test_run();
}
