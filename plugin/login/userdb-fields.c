/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in userdb-fields.h. */

#include "lib.h"
#include "userdb-fields.h"
#include "array.h"
#include "str.h"
#include "compat-userdb.h"
#include "policy-value.h"

#define FIELD_PREFIX_LENGTH (sizeof(COEXIST_KEY_PREFIX) - 1)

static bool is_ours(const char *field)
{
	return strncmp(field, COEXIST_KEY_PREFIX, FIELD_PREFIX_LENGTH) == 0;
}

static bool is_internal(const char *name)
{
	return strcmp(name, COEXIST_USERDB_FIELD_GATE) == 0 ||
		strcmp(name, COEXIST_USERDB_FIELD_POLICY) == 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static const char *percents_read(pool_t pool, const char *value)
{
	const size_t length = strlen(COEXIST_USERDB_PERCENT);
	string_t *text = str_new(pool, strlen(value) + 1);

	while (*value != '\0') {
		size_t skip = strncmp(value, COEXIST_USERDB_PERCENT,
				      length) == 0 ? length : 1;

		str_append_c(text, *value);
		value += skip;
	}
	return str_c(text);
}

const char *coexist_userdb_value(pool_t pool, const char *value)
{
	size_t length;

	while (is_blank(*value))
		value++;
	for (length = strlen(value);
	     length > 0 && is_blank(value[length - 1]); length--) ;
	if (value[length] != '\0')
		value = p_strndup(pool, value, length);
	return strstr(value, COEXIST_USERDB_PERCENT) == NULL ? value :
		percents_read(pool, value);
}

/* Reads <key> or <key>=<value>. Returns FALSE if there is no such key. */
static bool
text_read(pool_t pool, const char *item, const char *texts[COEXIST_KEY_COUNT])
{
	const char *value = strchr(item, '=');
	size_t length = value == NULL ? strlen(item) : (size_t)(value - item);
	enum coexist_key key;

	if (!coexist_key_find_length(item, length, &key))
		return FALSE;
	texts[key] = value == NULL ? "yes" :
		coexist_userdb_value(pool, value + 1);
	return TRUE;
}

const char *const *
coexist_userdb_fields_read(pool_t pool, const char *const *fields,
			   const char *texts_r[COEXIST_KEY_COUNT])
{
	ARRAY_TYPE(const_string) unknown;

	t_array_init(&unknown, 4);
	memset(texts_r, 0, sizeof(*texts_r) * COEXIST_KEY_COUNT);
	for (; fields != NULL && *fields != NULL; fields++) {
		const char *item, *name;

		if (!is_ours(*fields))
			continue;
		item = *fields + FIELD_PREFIX_LENGTH;
		if (text_read(pool, item, texts_r))
			continue;
		name = t_strcut(item, '=');
		if (!is_internal(name))
			array_push_back(&unknown, &name);
	}
	array_append_zero(&unknown);
	return array_front(&unknown);
}

static const char *
find_behind(const char *const *fields, const char *prefix, const char *name)
{
	size_t prefix_length = strlen(prefix), length = strlen(name);

	for (; fields != NULL && *fields != NULL; fields++) {
		const char *field = *fields;

		if (strncmp(field, prefix, prefix_length) != 0)
			continue;
		field += prefix_length;
		if (strncmp(field, name, length) != 0)
			continue;
		if (field[length] == '=')
			return field + length + 1;
		if (field[length] == '\0')
			return "";
	}
	return NULL;
}

const char *coexist_userdb_fields_find(const char *const *fields,
				       const char *full_name)
{
	return find_behind(fields, "", full_name);
}

const char *coexist_userdb_fields_get(const char *const *fields,
				      const char *name)
{
	return find_behind(fields, COEXIST_KEY_PREFIX, name);
}

bool coexist_userdb_fields_have_any(const char *const *fields)
{
	for (; fields != NULL && *fields != NULL; fields++) {
		if (is_ours(*fields) &&
		    !is_internal(t_strcut(*fields + FIELD_PREFIX_LENGTH, '=')))
			return TRUE;
	}
	return FALSE;
}
