/* See the contract in userdb-fields.h. */

#include "lib.h"
#include "userdb-fields.h"
#include "array.h"
#include "strescape.h"
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

/* Reads <key> or <key>=<value>. Returns FALSE if there is no such key. */
static bool
text_read(const char *item, const char *texts[COEXIST_KEY_COUNT])
{
	const char *value = strchr(item, '=');
	size_t length = value == NULL ? strlen(item) : (size_t)(value - item);
	enum coexist_key key;

	if (!coexist_key_find_length(item, length, &key))
		return FALSE;
	texts[key] = value == NULL ? "yes" : value + 1;
	return TRUE;
}

/* Reads what the gate says behind its word. */
static void
gate_read(pool_t pool, const char *gate, const char *texts[COEXIST_KEY_COUNT])
{
	const char *tab = strchr(gate, '\t');
	char **items;

	if (tab == NULL)
		return;
	/* the gate knows the keys of its own version, perhaps more than ours */
	for (items = p_strsplit_tabescaped(pool, tab + 1); *items != NULL;
	     items++)
		(void)text_read(*items, texts);
}

const char *const *
coexist_userdb_fields_read(pool_t pool, const char *const *fields,
			   const char *texts_r[COEXIST_KEY_COUNT])
{
	const char *gate = coexist_userdb_fields_get(fields,
		COEXIST_USERDB_FIELD_GATE);
	ARRAY_TYPE(const_string) unknown;

	t_array_init(&unknown, 4);
	memset(texts_r, 0, sizeof(*texts_r) * COEXIST_KEY_COUNT);
	if (gate != NULL)
		gate_read(pool, gate, texts_r);
	for (; fields != NULL && *fields != NULL; fields++) {
		const char *item, *name;

		if (!is_ours(*fields))
			continue;
		item = *fields + FIELD_PREFIX_LENGTH;
		if (text_read(item, texts_r))
			continue;
		name = t_strcut(item, '=');
		if (!coexist_userdb_field_is_internal(name))
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

const char *coexist_userdb_fields_get_gate(const char *const *fields)
{
	const char *gate = coexist_userdb_fields_get(fields,
		COEXIST_USERDB_FIELD_GATE);

	return gate == NULL ? NULL : t_strcut(gate, '\t');
}
