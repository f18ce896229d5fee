/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-document.h. */

#include "policy-document.h"
#include "policy-key-file.h"
#include "policy-problem.h"

#include <string.h>

#define GROUP_POLICY "policy"
#define GROUP_META "meta"
#define GROUP_SIGNATURE "signature"

/* Set values leave so much room for [meta] and [signature]. */
#define RESERVED_SIZE (8 * 1024)
#define OTHER_MAX_SIZE 1024

/* A control character or backslash becomes two in the key file. */
#define ESCAPED_SIZE(text) (2 * strlen(text))

struct coexist_document {
	GKeyFile *key_file;
	/* indexed by enum coexist_key, NULL where there is none */
	char *texts[COEXIST_KEY_COUNT];
	/* what was asked for of [meta] and [signature]: group.name -> value */
	GHashTable *others;
	/* NULL if there are none */
	char **unknown;
};

GQuark coexist_document_error_quark(void)
{
	return g_quark_from_static_string("coexist-document-error");
}

static void document_clear(void *data)
{
	struct coexist_document *document = data;
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++)
		g_free(document->texts[i]);
	g_strfreev(document->unknown);
	g_hash_table_unref(document->others);
	g_key_file_unref(document->key_file);
}

/* Takes the key file. */
static struct coexist_document *document_alloc(GKeyFile *key_file)
{
	struct coexist_document *document =
		g_rc_box_new0(struct coexist_document);

	document->key_file = key_file;
	document->others = g_hash_table_new_full(g_str_hash, g_str_equal,
						 g_free, g_free);
	return document;
}

struct coexist_document *
coexist_document_ref(struct coexist_document *document)
{
	return g_rc_box_acquire(document);
}

void coexist_document_unref(struct coexist_document *document)
{
	if (document != NULL)
		g_rc_box_release_full(document, document_clear);
}

struct coexist_document *coexist_document_new(void)
{
	static const char empty[] = "["GROUP_POLICY"]\n";

	return document_alloc(coexist_key_file_parse(empty, strlen(empty),
						     /* error: */ NULL));
}

static void
unknown_add(struct coexist_document *document, const char *name)
{
	char **end;

	if (document->unknown == NULL) {
		document->unknown =
			g_new0(char *, COEXIST_DOCUMENT_MAX_UNKNOWN + 1);
	}
	for (end = document->unknown; *end != NULL; end++) {
		if (g_str_equal(*end, name))
			return;
	}
	if (end < document->unknown + COEXIST_DOCUMENT_MAX_UNKNOWN)
		*end = g_strdup(name);
}

static void policy_read(struct coexist_document *document)
{
	g_auto(GStrv) names = g_key_file_get_keys(document->key_file,
						  GROUP_POLICY, NULL, NULL);
	enum coexist_key key;
	char **name;

	for (name = names; name != NULL && *name != NULL; name++) {
		if (coexist_key_find(*name, &key)) {
			g_free(document->texts[key]);
			document->texts[key] =
				coexist_key_file_get(document->key_file,
						     GROUP_POLICY, *name);
		} else
			unknown_add(document, *name);
	}
}

static void parse_error_set(GError **error, const char *name, const char *what)
{
	g_set_error(error, COEXIST_DOCUMENT_ERROR,
		    COEXIST_DOCUMENT_ERROR_PARSE, "%s: %s", name, what);
}

static bool size_check(const char *name, size_t length, GError **error)
{
	if (length <= COEXIST_DOCUMENT_MAX_SIZE)
		return true;
	g_set_error(error, COEXIST_DOCUMENT_ERROR, COEXIST_DOCUMENT_ERROR_PARSE,
		    "%s: %zu bytes are too many for a document, the limit is "
		    "%d", name, length, COEXIST_DOCUMENT_MAX_SIZE);
	return false;
}

struct coexist_document *
coexist_document_parse(const char *name, const char *text, size_t length,
		       GError **error)
{
	g_autoptr(coexist_document) document = NULL;
	g_autoptr(GKeyFile) key_file = NULL;
	g_autoptr(GError) parse_error = NULL;

	if (!size_check(name, length, error))
		return NULL;
	key_file = coexist_key_file_parse(text, length, &parse_error);
	if (key_file == NULL) {
		parse_error_set(error, name, parse_error->message);
		return NULL;
	}
	if (!g_key_file_has_group(key_file, GROUP_POLICY)) {
		parse_error_set(error, name, "No group ["GROUP_POLICY"]");
		return NULL;
	}
	document = document_alloc(g_steal_pointer(&key_file));
	policy_read(document);
	return g_steal_pointer(&document);
}

char *coexist_document_to_text(const struct coexist_document *document)
{
	return g_key_file_to_data(document->key_file, NULL, NULL);
}

const char *coexist_document_get(const struct coexist_document *document,
				 enum coexist_key key)
{
	return document->texts[key];
}

static bool key_find(const char *name, enum coexist_key *key_r, GError **error)
{
	g_autofree char *problem = NULL;

	if (coexist_key_find(name, key_r))
		return true;
	problem = coexist_problem_of_name(name);
	g_set_error(error, COEXIST_DOCUMENT_ERROR, COEXIST_DOCUMENT_ERROR_KEY,
		    "%s: %s", name, problem);
	return false;
}

static bool value_check(enum coexist_key key, const char *text, GError **error)
{
	const struct coexist_policy_key *info = &coexist_policy_keys[key];
	g_autofree char *problem = NULL;
	struct coexist_value value;

	if (g_utf8_validate(text, -1, NULL) &&
	    coexist_value_parse(info, text, &value) == COEXIST_VALUE_VALID)
		return true;
	problem = coexist_problem_of_value(info, text);
	g_set_error(error, COEXIST_DOCUMENT_ERROR, COEXIST_DOCUMENT_ERROR_VALUE,
		    "%s: %s", info->name, problem);
	return false;
}

static bool
room_check(const struct coexist_document *document, const char *name,
	   const char *text, GError **error)
{
	g_autofree char *now = coexist_document_to_text(document);

	if (strlen(now) + strlen(name) + ESCAPED_SIZE(text) <=
	    COEXIST_DOCUMENT_MAX_SIZE - RESERVED_SIZE)
		return true;
	g_set_error(error, COEXIST_DOCUMENT_ERROR, COEXIST_DOCUMENT_ERROR_SIZE,
		    "%s: The document would become too large", name);
	return false;
}

bool coexist_document_set(struct coexist_document *document,
			  const char *key_name, const char *text,
			  GError **error)
{
	/* as it is read again: white space, line breaks too, goes at both ends */
	g_autofree char *value = g_strstrip(g_strdup(text));
	enum coexist_key key;

	if (!key_find(key_name, &key, error) ||
	    !value_check(key, value, error) ||
	    !room_check(document, key_name, value, error))
		return false;
	g_key_file_set_string(document->key_file, GROUP_POLICY, key_name, value);
	g_free(document->texts[key]);
	document->texts[key] = coexist_key_file_get(document->key_file,
						    GROUP_POLICY, key_name);
	return true;
}

bool coexist_document_unset(struct coexist_document *document,
			    const char *key_name, GError **error)
{
	enum coexist_key key;

	if (!key_find(key_name, &key, error))
		return false;
	coexist_key_file_remove(document->key_file, GROUP_POLICY, key_name);
	g_clear_pointer(&document->texts[key], g_free);
	return true;
}

const char *const *
coexist_document_get_unknown(const struct coexist_document *document)
{
	static const char *const none[] = { NULL };

	return document->unknown == NULL ? none :
		(const char *const *)document->unknown;
}

static char *other_key(const char *group, const char *name)
{
	return g_strconcat(group, ".", name, NULL);
}

/* Most documents are read for their policy only. */
static const char *
other_get(const struct coexist_document *document, const char *group,
	  const char *name)
{
	g_autofree char *key = other_key(group, name);
	char *value = g_hash_table_lookup(document->others, key);

	if (value != NULL ||
	    !g_key_file_has_group(document->key_file, group))
		return value;
	value = coexist_key_file_get(document->key_file, group, name);
	if (value != NULL) {
		g_hash_table_insert(document->others, g_steal_pointer(&key),
				    value);
	}
	return value;
}

/* Returns so much of the text as fits, in valid UTF-8. */
static char *other_cut(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	const char *end = valid + strlen(valid);

	if (end - valid > OTHER_MAX_SIZE)
		end = g_utf8_find_prev_char(valid, valid + OTHER_MAX_SIZE + 1);
	return g_strstrip(g_strndup(valid, end - valid));
}

static void
other_set(struct coexist_document *document, const char *group,
	  const char *name, const char *value)
{
	g_autofree char *key = other_key(group, name);
	g_autofree char *text = other_cut(value == NULL ? "" : value);

	if (*text == '\0') {
		coexist_key_file_remove(document->key_file, group, name);
		g_hash_table_remove(document->others, key);
		return;
	}
	g_key_file_set_string(document->key_file, group, name, text);
	g_hash_table_replace(document->others, g_steal_pointer(&key),
			     g_steal_pointer(&text));
}

const char *coexist_document_get_meta(const struct coexist_document *document,
				      const char *name)
{
	return other_get(document, GROUP_META, name);
}

void coexist_document_set_meta(struct coexist_document *document,
			       const char *name, const char *value)
{
	other_set(document, GROUP_META, name, value);
}

const char *
coexist_document_get_signature(const struct coexist_document *document,
			       const char *name)
{
	return other_get(document, GROUP_SIGNATURE, name);
}

void coexist_document_set_signature(struct coexist_document *document,
				    const char *name, const char *value)
{
	other_set(document, GROUP_SIGNATURE, name, value);
}

static void
lines_add(GTree *lines, GKeyFile *key_file, const char *group)
{
	g_auto(GStrv) names = g_key_file_get_keys(key_file, group, NULL, NULL);
	char **name;

	for (name = names; name != NULL && *name != NULL; name++) {
		g_autofree char *value =
			g_key_file_get_value(key_file, group, *name, NULL);
		char *line = g_strdup_printf("%s.%s=%s", group, *name,
					     g_strstrip(value));

		/* a name that is there twice makes the same line twice */
		g_tree_insert(lines, line, NULL);
	}
}

static gboolean
line_append(void *line, void *value G_GNUC_UNUSED, void *context)
{
	GString *text = context;

	g_string_append_printf(text, "%s\n", (const char *)line);
	return /* stop: */ FALSE;
}

static int
line_compare(const void *a, const void *b, void *context G_GNUC_UNUSED)
{
	return strcmp(a, b);
}

char *coexist_document_to_signed_text(const struct coexist_document *document,
				      const char *store_key)
{
	g_autoptr(GTree) lines =
		g_tree_new_full(line_compare, NULL, g_free, NULL);
	GString *text = g_string_new("dovecot-coexist policy 1\n");

	lines_add(lines, document->key_file, GROUP_POLICY);
	lines_add(lines, document->key_file, GROUP_META);
	g_string_append_printf(text, "%s\n", store_key);
	g_tree_foreach(lines, line_append, text);
	return g_string_free(text, /* free_segment: */ FALSE);
}

static const char *scope_get(void *context, enum coexist_key key)
{
	const struct coexist_document *document = context;

	return document->texts[key];
}

void coexist_document_init_scope(const struct coexist_document *document,
				 const char *scope_name,
				 struct coexist_scope *scope_r)
{
	*scope_r = (struct coexist_scope){ .name = scope_name };
	if (document == NULL)
		return;
	scope_r->get = scope_get;
	scope_r->context = (void *)document;
}
