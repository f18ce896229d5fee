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

static bool is_raw(char c)
{
	static const bool raw[UINT8_MAX + 1] = {
		['\\'] = TRUE, ['%'] = TRUE, [';'] = TRUE, ['\t'] = TRUE,
		['\r'] = TRUE, ['\n'] = TRUE, ['\001'] = TRUE
	};

	return raw[(unsigned char)c];
}

/* Most texts are short and have nothing to escape: strcspn() would make a table for
   each. */
static void append_escaped(string_t *dest, const char *text)
{
	size_t length;

	for (;;) {
		for (length = 0; text[length] != '\0'; length++) {
			if (is_raw(text[length]))
				break;
		}
		str_append_data(dest, text, length);
		text += length;
		if (*text == '\0')
			return;
		str_append_c(dest, '\\');
		str_append_c(dest, letters[strchr(raw_characters, *text) -
					   raw_characters]);
		text++;
	}
}

/* Undoes it, in place. A letter of another version stands for itself. */
static void unescape(char *text)
{
	char *to;

	text = strchr(text, '\\');
	if (text == NULL)
		return;
	for (to = text; *text != '\0'; text++) {
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

	str_append_c(dest, ';');
	str_append(dest, name);
	str_append_c(dest, '=');
	append_escaped(dest, text);
	size = str_len(dest) - begin;
	*fits_r = str_len(dest) <= COEXIST_HANDOVER_MAX_SIZE;
	if (!*fits_r)
		str_truncate(dest, begin);
	return size;
}

/* Returns TRUE if a session that refuses nobody has to know the text of refusals: it
   tells its owner of the end before that comes (until-notice.h). */
static bool
takes_deny_text(const struct coexist_handover *handover, enum coexist_key key)
{
	return key == COEXIST_KEY_deny_text &&
		handover->items[COEXIST_HANDOVER_INSTEAD] != NULL;
}

/* Returns TRUE if the session shows the key to the owner, whoever obeys it: what holds
   and who has set it can be read by IMAP where anything is open. */
static bool
shows_owner(const struct coexist_handover *handover, enum coexist_key key)
{
	enum coexist_openable ignored;

	return handover->protocol == COEXIST_PROTOCOL_IMAP &&
		handover->items[COEXIST_HANDOVER_OWNER] != NULL &&
		coexist_openable_find(key, &ignored);
}

/* What a preset says is handed over key by key. */
bool coexist_handover_takes(const struct coexist_handover *handover,
			    enum coexist_key key)
{
	return key != COEXIST_KEY_preset &&
		(handover->is_delivery ? coexist_delivery_obeys(key) :
		 coexist_session_obeys(handover->protocol,
				       handover->gate_decided, key) ||
		 takes_deny_text(handover, key) ||
		 shows_owner(handover, key));
}

/* The items that are handed over, in their order: few of all. */
struct handed_items {
	enum coexist_handover_item items[COEXIST_HANDOVER_ITEM_COUNT];
	unsigned int count;
};

static void items_find(const struct coexist_handover *handover,
		       struct handed_items *handed_r)
{
	unsigned int i;

	handed_r->count = 0;
	for (i = 0; i < COEXIST_HANDOVER_ITEM_COUNT; i++) {
		if (handover->items[i] != NULL)
			handed_r->items[handed_r->count++] = i;
	}
}

static size_t
items_write(string_t *dest, const struct coexist_handover *handover,
	    const struct handed_items *handed, enum rank rank)
{
	unsigned int i;
	size_t size = 0;
	bool fits;

	for (i = 0; i < handed->count; i++) {
		enum coexist_handover_item item = handed->items[i];

		if (item_infos[item].rank != rank)
			continue;
		size += item_write(dest, item_infos[item].name,
				   handover->items[item], &fits);
	}
	return size;
}

/* The keys that are handed over, in their order: few of all. */
struct handed_keys {
	enum coexist_key keys[COEXIST_KEY_COUNT];
	unsigned int count;
};

static void keys_add(const struct coexist_handover *handover,
		     struct handed_keys *handed)
{
	unsigned int i;

	for (i = 0; i < COEXIST_KEY_COUNT; i++) {
		if (handover->texts[i] != NULL &&
		    coexist_handover_takes(handover, i))
			handed->keys[handed->count++] = i;
	}
}

static size_t
keys_write(string_t *dest, const struct coexist_handover *handover,
	   const struct handed_keys *handed, enum rank rank,
	   bool left_out[COEXIST_KEY_COUNT])
{
	unsigned int i;
	size_t size = 0;
	bool fits;

	for (i = 0; i < handed->count; i++) {
		enum coexist_key key = handed->keys[i];
		const char *text = handover->texts[key];

		if (key_rank(key, text) != rank)
			continue;
		size += item_write(dest, coexist_policy_keys[key].name, text,
				   &fits);
		left_out[key] = !fits;
	}
	return size;
}

size_t coexist_handover_write(const struct coexist_handover *handover,
			      string_t *dest,
			      bool left_out_r[COEXIST_KEY_COUNT])
{
	struct handed_items items;
	struct handed_keys keys;
	enum rank rank;
	size_t size = 0;

	memset(left_out_r, 0, sizeof(*left_out_r) * COEXIST_KEY_COUNT);
	items_find(handover, &items);
	keys.count = 0;
	if (!handover->no_texts)
		keys_add(handover, &keys);
	for (rank = 0; rank < RANK_COUNT; rank++) {
		size += items_write(dest, handover, &items, rank);
		size += keys_write(dest, handover, &keys, rank, left_out_r);
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

static void
item_set(const char *name, const char *text,
	 const char *items[COEXIST_HANDOVER_ITEM_COUNT])
{
	unsigned int i;

	for (i = 0; i < COEXIST_HANDOVER_ITEM_COUNT; i++) {
		/* most names differ in their first letter */
		if (*name == *item_infos[i].name &&
		    strcmp(name, item_infos[i].name) == 0) {
			items[i] = text;
			return;
		}
	}
}

void coexist_handover_read(pool_t pool, const char *value,
			   const char *texts_r[COEXIST_KEY_COUNT],
			   const char *items_r[COEXIST_HANDOVER_ITEM_COUNT])
{
	char *items = p_strdup(pool, value);
	const char *name, *text;
	enum coexist_key key;

	memset(texts_r, 0, sizeof(*texts_r) * COEXIST_KEY_COUNT);
	if (items_r != NULL) {
		memset(items_r, 0,
		       sizeof(*items_r) * COEXIST_HANDOVER_ITEM_COUNT);
	}
	/* the gate knows the keys of its own version, perhaps more than ours */
	while (item_next(&items, &name, &text)) {
		if (coexist_key_find(name, &key))
			texts_r[key] = text;
		else if (items_r != NULL)
			item_set(name, text, items_r);
	}
}

const char *coexist_handover_word(const char *value)
{
	return t_strcut(value, ';');
}

#define WEBMAIL ";webmail="

/* The item is short, so it comes before all keys. */
bool coexist_handover_is_webmail(const char *value)
{
	return strstr(value, WEBMAIL) != NULL;
}

void coexist_handover_read_items(const char *value,
				 const char *items_r[COEXIST_HANDOVER_ITEM_COUNT])
{
	char *items = t_strdup_noconst(value);
	const char *name, *text;

	memset(items_r, 0, sizeof(*items_r) * COEXIST_HANDOVER_ITEM_COUNT);
	while (item_next(&items, &name, &text))
		item_set(name, text, items_r);
}

/* text is NULL for a format without a number. */
static bool is_known_format(const char *text)
{
	unsigned int number;

	return text == NULL || (str_to_uint(text, &number) == 0 &&
				number <= COEXIST_HANDOVER_FORMAT_NUMBER);
}

bool coexist_handover_is_partial(
	const char *const items[COEXIST_HANDOVER_ITEM_COUNT])
{
	return items[COEXIST_HANDOVER_PARTIAL] != NULL ||
		!is_known_format(items[COEXIST_HANDOVER_FORMAT]);
}

/* Returns TRUE if the item, which begins with its name, is one of those that go
   with every login. */
static bool item_goes_along(const char *item)
{
	static const enum coexist_handover_item items[] = {
		COEXIST_HANDOVER_GENERATION, COEXIST_HANDOVER_UNTIL,
		COEXIST_HANDOVER_WEBMAIL, COEXIST_HANDOVER_TLS
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(items); i++) {
		const char *name = item_infos[items[i]].name;
		size_t length = strlen(name);

		if (strncmp(item, name, length) == 0 && item[length] == '=')
			return TRUE;
	}
	return FALSE;
}

bool coexist_handover_says_more(const char *value)
{
	const char *item = value;

	while ((item = strchr(item, ';')) != NULL) {
		if (!item_goes_along(++item))
			return TRUE;
	}
	return FALSE;
}

const char *coexist_handover_delay_text(const char *value)
{
	const char *items[COEXIST_HANDOVER_ITEM_COUNT];

	coexist_handover_read_items(value, items);
	return items[COEXIST_HANDOVER_DELAY_TEXT];
}

static void word_add(string_t *words, const char *word)
{
	if (str_len(words) > 0)
		str_append_c(words, ' ');
	str_append(words, word);
}

const char *coexist_handover_owner_text(coexist_openable_set fixed)
{
	string_t *names = t_str_new(64);
	unsigned int i;

	for (i = 0; i < COEXIST_OPENABLE_COUNT; i++) {
		if ((fixed & BIT(i)) != 0) {
			word_add(names, coexist_policy_keys[
					coexist_openable_keys[i].key].name);
		}
	}
	if ((fixed & COEXIST_OPENABLE_UNDO) != 0)
		word_add(names, COEXIST_MAY_UNDO_WORD);
	return str_len(names) == 0 ? "none" : str_c(names);
}

void coexist_handover_origin_add(string_t *text, enum coexist_key key,
				 const char *scope_word)
{
	word_add(text, coexist_policy_keys[key].name);
	str_append_c(text, ':');
	str_append(text, scope_word);
}

const char *
coexist_handover_origin_find(const char *value, enum coexist_key key)
{
	const char *items[COEXIST_HANDOVER_ITEM_COUNT], *const *words;
	const char *begin =
		t_strconcat(coexist_policy_keys[key].name, ":", NULL);

	coexist_handover_read_items(value, items);
	if (items[COEXIST_HANDOVER_ORIGINS] == NULL)
		return NULL;
	words = t_strsplit(items[COEXIST_HANDOVER_ORIGINS], " ");
	for (; *words != NULL; words++) {
		if (strncmp(*words, begin, strlen(begin)) == 0)
			return *words + strlen(begin);
	}
	return NULL;
}

/* The field */

#define CARRIED COEXIST_HANDOVER_CARRIER"="COEXIST_HANDOVER_CARRIER_BEGIN \
	COEXIST_KEY_PREFIX

/* Dovecot's fields have other first letters, all but a few. */
static bool begins(const char *field, const char *prefix)
{
	return *field == *prefix &&
		strncmp(field, prefix, strlen(prefix)) == 0;
}

bool coexist_handover_fields_have_ours(const char *const *fields)
{
	for (; fields != NULL && *fields != NULL; fields++) {
		if (begins(*fields, COEXIST_KEY_PREFIX) ||
		    begins(*fields, CARRIED))
			return TRUE;
	}
	return FALSE;
}

/* Returns <name>=<value> of the carrier, or NULL. */
static const char *carried_find(const char *const *fields)
{
	for (; fields != NULL && *fields != NULL; fields++) {
		if (strncmp(*fields, CARRIED, strlen(CARRIED)) == 0)
			return *fields + strlen(CARRIED);
	}
	return NULL;
}

static const char *field_find(const char *const *fields, const char *name)
{
	const char *carried = carried_find(fields);
	size_t length = strlen(name);

	if (carried != NULL && strncmp(carried, name, length) == 0 &&
	    carried[length] == '=')
		return carried + length + 1;
	return coexist_userdb_fields_get(fields, name);
}

const char *coexist_handover_find(const char *const *fields)
{
	const char *gate = field_find(fields, COEXIST_USERDB_FIELD_GATE);

	return gate != NULL ? gate :
		field_find(fields, COEXIST_USERDB_FIELD_POLICY);
}

#define OWN_NAME(name) COEXIST_KEY_PREFIX name "="

static bool begins_with(const char *text, const char *begin)
{
	return strncmp(text, begin, strlen(begin)) == 0;
}

const char *coexist_handover_find_raw(const char *const *fields,
				      enum coexist_handover_item item,
				      size_t *length_r)
{
	const char *name = item_infos[item].name, *at, *end;
	size_t length = strlen(name);

	for (; fields != NULL && *fields != NULL; fields++) {
		at = *fields;
		/* most fields are none of ours */
		if (*at == CARRIED[0] ? !begins_with(at, CARRIED) :
		    *at != COEXIST_KEY_PREFIX[0] ||
		    (!begins_with(at, OWN_NAME(COEXIST_USERDB_FIELD_GATE)) &&
		     !begins_with(at, OWN_NAME(COEXIST_USERDB_FIELD_POLICY))))
			continue;
		while ((at = strchr(at, ';')) != NULL) {
			at++;
			if (strncmp(at, name, length) == 0 &&
			    at[length] == '=') {
				at += length + 1;
				end = strchr(at, ';');
				*length_r = end == NULL ? strlen(at) :
					(size_t)(end - at);
				return at;
			}
		}
	}
	return NULL;
}

const char *coexist_handover_find_gate(const char *const *fields)
{
	const char *gate = field_find(fields, COEXIST_USERDB_FIELD_GATE);

	return gate == NULL ? NULL : coexist_handover_word(gate);
}
