/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in refusal-texts.h. */

#include "refusal-texts.h"
#include "policy-key-file.h"

#include <string.h>

#define KEY_TEXT "text"
#define ENGLISH "en"

struct coexist_refusal_texts {
	/* text_key() -> text */
	GHashTable *table;
};

static const struct {
	const char *id;
	const char *english;
} builtin[COEXIST_TEXT_COUNT] = {
#define BUILTIN(id, english) { #id, english },
	COEXIST_TEXTS(BUILTIN)
#undef BUILTIN
};

/* Letters that g_str_to_ascii() has no counterpart for. */
static const struct {
	const char *utf8;
	const char *ascii;
} ascii_extras[] = {
	{ "¡", "" }, { "¿", "" }, { "·", "." }
};

/* Language tags have no letter case; GLib's localised keys use underscores. */
static char *text_key(const char *id, const char *language)
{
	g_autofree char *tag = g_ascii_strdown(language, -1);

	return g_strconcat(id, "/", g_strdelimit(tag, "_", '-'), NULL);
}

coexist_refusal_texts *coexist_refusal_texts_new(void)
{
	coexist_refusal_texts *texts = g_new0(coexist_refusal_texts, 1);

	texts->table = g_hash_table_new_full(g_str_hash, g_str_equal,
					     g_free, g_free);
	return texts;
}

void coexist_refusal_texts_free(coexist_refusal_texts *texts)
{
	if (texts == NULL)
		return;
	g_hash_table_unref(texts->table);
	g_free(texts);
}

static char *
placeholders_expand(const char *text,
		    const struct coexist_refusal_values *values)
{
	size_t size = coexist_refusal_placeholders_expand(text, values,
							  NULL, 0) + 1;
	char *expanded = g_malloc(size);

	(void)coexist_refusal_placeholders_expand(text, values, expanded, size);
	return expanded;
}

static bool is_blank(gunichar c)
{
	GUnicodeType type = g_unichar_type(c);

	return c == ' ' || type == G_UNICODE_CONTROL ||
		type == G_UNICODE_LINE_SEPARATOR ||
		type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

/* Returns the text as one line: each run of blanks and control characters is
   one space. */
static char *line_make(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	g_autoptr(GString) line = g_string_new(NULL);
	const char *p;
	bool blank = false;

	for (p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (is_blank(c)) {
			blank = line->len > 0;
			continue;
		}
		if (blank)
			g_string_append_c(line, ' ');
		g_string_append_unichar(line, c);
		blank = false;
	}
	return g_string_free(g_steal_pointer(&line),
			     /* free_segment: */ FALSE);
}

static size_t count_marks(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text == '?' ? 1 : 0;
	return count;
}

/* Returns NULL if a letter has no counterpart in ASCII: GLib makes it a
   question mark. */
static char *ascii_make(const char *text, const char *language)
{
	g_autofree char *locale = g_strdup(language);
	g_autoptr(GString) line = g_string_new(text);
	g_autofree char *ascii = NULL;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(ascii_extras); i++) {
		g_auto(GStrv) parts =
			g_strsplit(line->str, ascii_extras[i].utf8, -1);
		g_autofree char *joined =
			g_strjoinv(ascii_extras[i].ascii, parts);

		g_string_assign(line, joined);
	}
	ascii = g_str_to_ascii(line->str, g_strdelimit(locale, "-", '_'));
	if (count_marks(ascii) != count_marks(line->str))
		return NULL;
	return g_steal_pointer(&ascii);
}

static void line_cut(char *line, size_t max_length)
{
	if (strlen(line) <= max_length)
		return;
	*g_utf8_find_prev_char(line, line + max_length + 1) = '\0';
	(void)g_strchomp(line);
}

char *coexist_refusal_text_format(const char *text,
			  const struct coexist_refusal_values *values,
			  const struct coexist_refusal_text_style *style)
{
	const char *language =
		style->language == NULL ? ENGLISH : style->language;
	g_autofree char *expanded = placeholders_expand(text, values);
	g_autofree char *line = line_make(expanded);

	if (style->ascii) {
		g_autofree char *utf8 = g_steal_pointer(&line);

		line = ascii_make(utf8, language);
	}
	if (line == NULL || *line == '\0')
		return NULL;
	line_cut(line, style->max_length);
	return g_steal_pointer(&line);
}

/* Returns the text in the language itself, or NULL. */
static char *
text_in_language(const coexist_refusal_texts *texts, enum coexist_refusal_text id,
		 const struct coexist_refusal_values *values,
		 const struct coexist_refusal_text_style *style, const char *language)
{
	struct coexist_refusal_text_style own = *style;
	g_autofree char *key = text_key(builtin[id].id, language);
	const char *text = g_hash_table_lookup(texts->table, key);

	own.language = language;
	return text == NULL ? NULL : coexist_refusal_text_format(text, values, &own);
}

char *coexist_refusal_texts_say(const coexist_refusal_texts *texts,
				enum coexist_refusal_text id,
				const struct coexist_refusal_values *values,
				const struct coexist_refusal_text_style *style)
{
	g_autofree char *language =
		g_strdup(style->language == NULL ? ENGLISH : style->language);
	char *said, *subtag;

	while ((said = text_in_language(texts, id, values, style,
					language)) == NULL &&
	       (subtag = strrchr(language, '-')) != NULL)
		*subtag = '\0';
	if (said == NULL)
		said = text_in_language(texts, id, values, style, ENGLISH);
	if (said == NULL)
		said = coexist_refusal_text_format(builtin[id].english, values, style);
	return said;
}

/* name is NULL if the group itself is wrong. */
static bool
file_error(GError **error, const char *group, const char *name,
	   const char *message)
{
	g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
		    "[%s]%s%s: %s", group, name == NULL ? "" : " ",
		    name == NULL ? "" : name, message);
	return false;
}

/* Returns the language of text or text[language], or NULL. */
static char *key_language(const char *name)
{
	g_autofree char *language = NULL;
	size_t length;

	if (strcmp(name, KEY_TEXT) == 0)
		return g_strdup(ENGLISH);
	length = strlen(name);
	if (!g_str_has_prefix(name, KEY_TEXT"[") || name[length - 1] != ']')
		return NULL;
	return g_strndup(name + strlen(KEY_TEXT"["),
			 length - strlen(KEY_TEXT"[]"));
}

static bool
table_add(GHashTable *table, GKeyFile *file, const char *group,
	  const char *name, GError **error)
{
	g_autofree char *language = key_language(name);
	g_autofree char *text = coexist_key_file_get(file, group, name);

	if (!g_utf8_validate(text, -1, NULL))
		return file_error(error, group, name, "Not UTF-8");
	if (language == NULL)
		return file_error(error, group, name,
				  "Not "KEY_TEXT" or "KEY_TEXT"[language]");
	if (coexist_refusal_placeholders_unknown(text) != NULL)
		return file_error(error, group, name, "Unknown placeholder");
	/* empty, as everywhere, means to inherit */
	if (*text != '\0') {
		g_hash_table_replace(table, text_key(group, language),
				     g_steal_pointer(&text));
	}
	return true;
}

static bool is_text_id(const char *group)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(builtin); i++) {
		if (strcmp(builtin[i].id, group) == 0)
			return true;
	}
	return false;
}

static bool
table_add_group(GHashTable *table, GKeyFile *file, const char *group,
		GError **error)
{
	g_auto(GStrv) names = g_key_file_get_keys(file, group, NULL, error);
	size_t i;

	if (names == NULL)
		return false;
	if (!is_text_id(group))
		return file_error(error, group, /* name: */ NULL,
				  "No such text");
	for (i = 0; names[i] != NULL; i++) {
		if (!table_add(table, file, group, names[i], error))
			return false;
	}
	return true;
}

static bool table_add_file(GHashTable *table, const char *path, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_auto(GStrv) groups = NULL;
	size_t i;

	/* opening a FIFO would wait for somebody to write */
	if (g_file_test(path, G_FILE_TEST_EXISTS) &&
	    !g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			    "Not a file");
		return false;
	}
	if (!g_key_file_load_from_file(file, path,
				       G_KEY_FILE_KEEP_TRANSLATIONS, error))
		return false;
	groups = g_key_file_get_groups(file, NULL);
	for (i = 0; groups[i] != NULL; i++) {
		if (!table_add_group(table, file, groups[i], error))
			return false;
	}
	return true;
}

bool coexist_refusal_texts_add_file(coexist_refusal_texts *texts, const char *path,
			    GError **error)
{
	g_autoptr(GHashTable) table =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	GHashTableIter iter;
	void *key, *text;

	if (!table_add_file(table, path, error)) {
		g_prefix_error(error, "%s: ", path);
		return false;
	}
	g_hash_table_iter_init(&iter, table);
	while (g_hash_table_iter_next(&iter, &key, &text)) {
		g_hash_table_iter_steal(&iter);
		g_hash_table_replace(texts->table, key, text);
	}
	return true;
}

bool coexist_refusal_texts_add_installed(coexist_refusal_texts *texts, GError **error)
{
	return coexist_refusal_texts_add_file(texts, COEXIST_TEXTS_DIR "/"
				      COEXIST_TEXTS_FILE, error);
}
