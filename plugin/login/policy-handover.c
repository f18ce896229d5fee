/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-handover.h. */

#include "lib.h"
#include "policy-handover.h"
#include "str.h"
#include "userdb-fields.h"

/* No value that is not a list or a text of somebody is longer, but for leading
   zeros. */
#define SHORT_LENGTH 64

/* What may not be in the field, and the letters that stand for it behind a
   backslash. */
static const char raw_characters[] = "\\%;\t\r\n\001";
static const char letters[] = "\\pstrn1";

/* In which order all is written. */
enum rank {
	RANK_SHORT,
	RANK_DECIDES,
	RANK_LONG,
	RANK_COUNT
};

static const struct {
	const char *name;
	enum rank rank;
} item_infos[COEXIST_HANDOVER_ITEM_COUNT] = {
#define ITEM(id, name, rank) [COEXIST_HANDOVER_##id] = { name, RANK_##rank },
	COEXIST_HANDOVER_ITEMS(ITEM)
#undef ITEM
};

static enum rank key_rank(enum coexist_key key, const char *text)
{
	if (strlen(text) <= SHORT_LENGTH)
		return RANK_SHORT;
	return coexist_key_decides(key) ? RANK_DECIDES : RANK_LONG;
}

static void append_escaped(string_t *dest, const char *text)
{
	for (; *text != '\0'; text++) {
		const char *raw = strchr(raw_characters, *text);

		if (raw == NULL) {
			str_append_c(dest, *text);
		} else {
			str_append_c(dest, '\\');
			str_append_c(dest, letters[raw - raw_characters]);
		}
	}
}

/* Undoes it, in place. A letter of another version stands for itself. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++) {
		const char *letter;

		if (*text != '\\' || text[1] == '\0') {
			*to++ = *text;
			continue;
		}
		text++;
		letter = strchr(letters, *text);
		*to++ = letter == NULL ? *text :
			raw_characters[letter - letters];
	}
	*to = '\0';
}

/* Returns how many bytes the item is. It is appended if there is room for it,
   else *fits_r is FALSE. */
static size_t
item_write(string_t *dest, const char *name, const char *text, bool *fits_r)
{
	size_t begin = str_len(dest), size;

	str_printfa(dest, ";%s=", name);
	append_escaped(dest, text);
	size = str_len(dest) - begin;
	*fits_r = str_len(dest) <= COEXIST_HANDOVER_MAX_SIZE;
	if (!*fits_r)
		str_truncate(dest, begin);
	return size;
}

/* What a preset says is handed over key by key. */
static bool
has_key(const struct coexist_handover *handover, enum coexist_key key)
{
	return handover->texts[key] != NULL && key != COEXIST_KEY_preset &&
		coexist_session_obeys(handover->protocol,
				      handover->gate_decided, key);
}

static size_t
items_write(string_t *dest, const char *const *items, enum rank rank)
{
	unsigned int i;
	size_t size = 0;
	bool fits;

	for (i = 0; i < COEXIST_HANDOVER_ITEM_COUNT; i++) {
		if (items[i] != NULL && item_infos[i].rank == rank) {
			size += item_write(dest, item_infos[i].name, items[i],
					   &fits);
		}
	}
	return size;
}

static size_t
keys_write(string_t *dest, const struct coexist_handover *handover,
	   enum rank rank, bool left_out[COEXIST_KEY_COUNT])
{
	unsigned int i;
	size_t size = 0;
	bool fits;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		const char *text = handover->texts[i];

		if (!has_key(handover, i) || key_rank(i, text) != rank)
			continue;
		size += item_write(dest, coexist_policy_keys[i].name, text,
				   &fits);
		left_out[i] = !fits;
	}
	return size;
}

size_t coexist_handover_write(const struct coexist_handover *handover,
			      string_t *dest,
			      bool left_out_r[COEXIST_KEY_COUNT])
{
	enum rank rank;
	size_t size = 0;

	memset(left_out_r, 0, sizeof(*left_out_r) * COEXIST_KEY_COUNT);
	for (rank = 0; rank < RANK_COUNT; rank++) {
		size += items_write(dest, handover->items, rank);
		size += keys_write(dest, handover, rank, left_out_r);
	}
	return size;
}

const char *coexist_handover_left_out(const bool left_out[COEXIST_KEY_COUNT])
{
	string_t *names = t_str_new(128);
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (!left_out[i])
			continue;
		if (str_len(names) > 0)
			str_append(names, ", ");
		str_append(names, coexist_policy_keys[i].name);
	}
	return str_c(names);
}

/* Moves *value behind the next item, which becomes a string, and returns its
   name and text. Returns FALSE at the end; what has no text is skipped. */
static bool item_next(char **value, const char **name_r, const char **text_r)
{
	char *item, *text;

	while (*value != NULL) {
		item = *value;
		*value = strchr(item, ';');
		if (*value != NULL)
			*(*value)++ = '\0';
		text = strchr(item, '=');
		if (text == NULL)
			continue;
		*text++ = '\0';
		unescape(text);
		*name_r = item;
		*text_r = text;
		return TRUE;
	}
	return FALSE;
}

void coexist_handover_read(pool_t pool, const char *value,
			   const char *texts_r[COEXIST_KEY_COUNT])
{
	char *items = p_strdup(pool, value);
	const char *name, *text;
	enum coexist_key key;

	memset(texts_r, 0, sizeof(*texts_r) * COEXIST_KEY_COUNT);
	/* the gate knows the keys of its own version, perhaps more than ours */
	while (item_next(&items, &name, &text)) {
		if (coexist_key_find(name, &key))
			texts_r[key] = text;
	}
}

const char *coexist_handover_word(const char *value)
{
	return t_strcut(value, ';');
}

void coexist_handover_read_items(const char *value,
				 const char *items_r[COEXIST_HANDOVER_ITEM_COUNT])
{
	char *items = t_strdup_noconst(value);
	const char *name, *text;
	unsigned int i;

	memset(items_r, 0, sizeof(*items_r) * COEXIST_HANDOVER_ITEM_COUNT);
	while (item_next(&items, &name, &text)) {
		for (i = 0; i < COEXIST_HANDOVER_ITEM_COUNT; i++) {
			if (strcmp(name, item_infos[i].name) == 0)
				items_r[i] = text;
		}
	}
}

/* text is NULL for a format without a number. */
static bool is_known_format(const char *text)
{
	unsigned int number;

	return text == NULL || (str_to_uint(text, &number) == 0 &&
				number <= COEXIST_HANDOVER_FORMAT_NUMBER);
}

bool coexist_handover_is_partial(const char *value)
{
	const char *items[COEXIST_HANDOVER_ITEM_COUNT];

	coexist_handover_read_items(value, items);
	return items[COEXIST_HANDOVER_PARTIAL] != NULL ||
		!is_known_format(items[COEXIST_HANDOVER_FORMAT]);
}

const char *coexist_handover_delay_text(const char *value)
{
	const char *items[COEXIST_HANDOVER_ITEM_COUNT];

	coexist_handover_read_items(value, items);
	return items[COEXIST_HANDOVER_DELAY_TEXT];
}

/* The field */

const char *coexist_handover_find(const char *const *fields)
{
	const char *gate = coexist_userdb_fields_get(fields,
		COEXIST_USERDB_FIELD_GATE);

	return gate != NULL ? gate :
		coexist_userdb_fields_get(fields, COEXIST_USERDB_FIELD_POLICY);
}

const char *coexist_handover_find_gate(const char *const *fields)
{
	const char *gate = coexist_userdb_fields_get(fields,
		COEXIST_USERDB_FIELD_GATE);

	return gate == NULL ? NULL : coexist_handover_word(gate);
}
