/* See the contract in userdb-fields.h. */

#include "lib.h"
#include "userdb-fields.h"
#include "array.h"
#include "policy-value.h"

#define FIELD_PREFIX_LENGTH (sizeof(COEXIST_KEY_PREFIX) - 1)

static bool is_ours(const char *field)
{
	return strncmp(field, COEXIST_KEY_PREFIX, FIELD_PREFIX_LENGTH) == 0;
}

bool coexist_userdb_field_is_internal(const char *name)
{
	return strcmp(name, COEXIST_USERDB_FIELD_GATE) == 0 ||
		strcmp(name, COEXIST_USERDB_FIELD_DELAY_TEXT) == 0;
}

const char *const *
coexist_userdb_fields_read(const char *const *fields,
			   const char *texts_r[COEXIST_KEY_COUNT])
{
	ARRAY_TYPE(const_string) unknown;
	enum coexist_key key;

	t_array_init(&unknown, 4);
	memset(texts_r, 0, sizeof(*texts_r) * COEXIST_KEY_COUNT);
	for (; fields != NULL && *fields != NULL; fields++) {
		const char *value = strchr(*fields, '=');
		const char *name;

		if (!is_ours(*fields))
			continue;
		name = t_strcut(*fields + FIELD_PREFIX_LENGTH, '=');
		if (coexist_key_find(name, &key))
			texts_r[key] = value == NULL ? "yes" : value + 1;
		else if (!coexist_userdb_field_is_internal(name))
			array_push_back(&unknown, &name);
	}
	array_append_zero(&unknown);
	return array_front(&unknown);
}

const char *coexist_userdb_fields_get(const char *const *fields,
				      const char *name)
{
	size_t length = strlen(name);

	for (; fields != NULL && *fields != NULL; fields++) {
		const char *field = *fields + FIELD_PREFIX_LENGTH;

		if (!is_ours(*fields) || strncmp(field, name, length) != 0)
			continue;
		if (field[length] == '=')
			return field + length + 1;
		if (field[length] == '\0')
			return "";
	}
	return NULL;
}
