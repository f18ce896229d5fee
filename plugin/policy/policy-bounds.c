/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-bounds.h. */

#include "policy-bounds.h"
#include "policy-list.h"
#include "policy-number.h"

#include <string.h>
#include <strings.h>

/* A part of a text, which has no end of its own. */
struct span {
	const char *text;
	size_t length;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Walks through what is separated by blanks. */
static bool item_next(const char **text, struct span *item_r)
{
	while (is_blank(**text))
		(*text)++;
	item_r->text = *text;
	while (**text != '\0' && !is_blank(**text))
		(*text)++;
	item_r->length = (size_t)(*text - item_r->text);
	return item_r->length > 0;
}

/* Splits <key>=<alternatives>. Returns false if the key can't be opened. */
static bool item_split(const struct span *item, enum coexist_key *key_r,
		       struct span *bounds_r)
{
	const char *equals = memchr(item->text, '=', item->length);
	enum coexist_openable ignored;

	if (equals == NULL ||
	    !coexist_key_find_length(item->text, (size_t)(equals - item->text),
				     key_r) ||
	    !coexist_openable_find(*key_r, &ignored))
		return false;
	bounds_r->text = equals + 1;
	bounds_r->length = item->length - (size_t)(equals + 1 - item->text);
	return true;
}

/* Takes the first alternative off the list, which may have an empty one. Returns false
   at its end. */
static bool alternative_next(struct span *list, struct span *alternative_r)
{
	const char *comma;

	if (list->text == NULL)
		return false;
	comma = memchr(list->text, ',', list->length);
	alternative_r->text = list->text;
	if (comma == NULL) {
		alternative_r->length = list->length;
		list->text = NULL;
	} else {
		alternative_r->length = (size_t)(comma - list->text);
		list->length -= alternative_r->length + 1;
		list->text = comma + 1;
	}
	return true;
}

/* Reads a value, or an item of one, that can be compared by its size. Returns false
   if it is none, or the key has no such values. */
static bool number_parse(enum coexist_key key, const struct span *text,
			 uint64_t *number_r)
{
	switch (coexist_policy_keys[key].type) {
	case COEXIST_TYPE_NUMBER:
		return coexist_number_parse(text->text, text->length,
					    UINT32_MAX, number_r);
	case COEXIST_TYPE_INTERVAL:
		return coexist_interval_parse(text->text, text->length,
					      number_r);
	case COEXIST_TYPE_DATE:
		return coexist_date_parse(text->text, text->length, number_r);
	case COEXIST_TYPE_PERCENTS:
		return coexist_percent_parse(text->text, text->length,
					     number_r);
	case COEXIST_TYPE_SIZES:
		return coexist_size_parse(text->text, text->length, number_r);
	default:
		return false;
	}
}

/* Splits <least>..<greatest>. Returns false if the alternative is no range. */
static bool range_split(const struct span *alternative, struct span *least_r,
			struct span *greatest_r)
{
	size_t i;

	for (i = 0; i + 1 < alternative->length; i++) {
		if (alternative->text[i] == '.' &&
		    alternative->text[i + 1] == '.') {
			least_r->text = alternative->text;
			least_r->length = i;
			greatest_r->text = alternative->text + i + 2;
			greatest_r->length = alternative->length - i - 2;
			return true;
		}
	}
	return false;
}

/* Returns false if an end of the range is there and is no number. */
static bool
range_parse(enum coexist_key key, const struct span *least,
	    const struct span *greatest, uint64_t *least_r,
	    uint64_t *greatest_r)
{
	*least_r = 0;
	*greatest_r = UINT64_MAX;
	return least->length + greatest->length > 0 &&
		(least->length == 0 || number_parse(key, least, least_r)) &&
		(greatest->length == 0 ||
		 number_parse(key, greatest, greatest_r)) &&
		*least_r <= *greatest_r;
}

static bool is_word(const struct span *span, const char *word, size_t length)
{
	return span->length == length &&
		strncasecmp(span->text, word, length) == 0;
}

static bool has_word(const char *words, const struct span *span)
{
	const char *word;
	size_t length;

	while (coexist_list_next(&words, &word, &length)) {
		if (is_word(span, word, length))
			return true;
	}
	return false;
}

/* Returns true if the word is a value of the key, or an item of one, that an owner may
   ever choose. */
static bool word_check(enum coexist_key key, const struct span *word)
{
	const struct coexist_policy_key *info = &coexist_policy_keys[key];
	enum coexist_openable openable;
	const char *always;
	uint64_t ignored;

	switch (info->type) {
	case COEXIST_TYPE_CHOICE:
	case COEXIST_TYPE_CHOICES:
	case COEXIST_TYPE_FLAG:
		if (!coexist_openable_find(key, &openable) ||
		    !has_word(info->choices, word))
			return false;
		always = coexist_openable_keys[openable].bounds;
		return *always == '\0' || has_word(always, word);
	case COEXIST_TYPE_LANGUAGE:
	case COEXIST_TYPE_MAILBOXES:
		return word->length > 0 &&
			memchr(word->text, '"', word->length) == NULL;
	case COEXIST_TYPE_DATE:
		return is_word(word, "none", 4) ||
			number_parse(key, word, &ignored);
	default:
		return number_parse(key, word, &ignored);
	}
}

static bool
alternative_check(enum coexist_key key, const struct span *alternative)
{
	struct span least, greatest;
	uint64_t number, other;

	if (range_split(alternative, &least, &greatest)) {
		return range_parse(key, &least, &greatest, &number, &other);
	}
	return word_check(key, alternative);
}

static bool item_check(const struct span *item, enum coexist_key *key_r)
{
	struct span list, alternative;

	if (!item_split(item, key_r, &list))
		return false;
	while (alternative_next(&list, &alternative)) {
		if (!alternative_check(*key_r, &alternative))
			return false;
	}
	return true;
}

bool coexist_bounds_find_bad(const char *text, const char **item_r,
			     size_t *length_r)
{
	struct span item;
	enum coexist_key key;

	while (item_next(&text, &item)) {
		if (!item_check(&item, &key)) {
			*item_r = item.text;
			*length_r = item.length;
			return true;
		}
	}
	return false;
}

bool coexist_bounds_check(const char *text)
{
	bool named[COEXIST_KEY_COUNT] = { false };
	struct span item;
	enum coexist_key key;

	while (item_next(&text, &item)) {
		if (!item_check(&item, &key) || named[key])
			return false;
		named[key] = true;
	}
	return true;
}

bool coexist_bounds_find(const char *text, enum coexist_key key,
			 const char **bounds_r, size_t *length_r)
{
	struct span item, bounds;
	enum coexist_key named;

	while (item_next(&text, &item)) {
		if (item_split(&item, &named, &bounds) && named == key) {
			*bounds_r = bounds.text;
			*length_r = bounds.length;
			return true;
		}
	}
	return false;
}

/* Returns true if an item of a value is this alternative, or in its range. */
static bool
alternative_has(enum coexist_key key, const struct span *alternative,
		const struct span *item)
{
	struct span least, greatest;
	uint64_t number, other, from, to;

	if (range_split(alternative, &least, &greatest)) {
		return range_parse(key, &least, &greatest, &from, &to) &&
			number_parse(key, item, &number) && from <= number &&
			number <= to;
	}
	if (number_parse(key, alternative, &other) &&
	    number_parse(key, item, &number))
		return number == other;
	return is_word(alternative, item->text, item->length);
}

static bool
bounds_have(enum coexist_key key, struct span bounds, const struct span *item)
{
	struct span alternative;

	while (alternative_next(&bounds, &alternative)) {
		if (alternative_has(key, &alternative, item))
			return true;
	}
	return false;
}

static bool is_list(enum coexist_key key)
{
	switch (coexist_policy_keys[key].type) {
	case COEXIST_TYPE_CHOICES:
	case COEXIST_TYPE_PERCENTS:
	case COEXIST_TYPE_SIZES:
	case COEXIST_TYPE_MAILBOXES:
		return true;
	default:
		return false;
	}
}

/* A flag has more words than those of its choices. */
static struct span flag_word(const struct span *item)
{
	bool yes = item->length > 0 && strchr("yYtT1", item->text[0]) != NULL;

	return (struct span){ yes ? "yes" : "no", yes ? 3 : 2 };
}

bool coexist_bounds_allow(enum coexist_key key, const char *bounds,
			  size_t length, const char *value)
{
	const struct span list = { bounds, length };
	struct span item;

	if (is_list(key)) {
		while (coexist_list_next(&value, &item.text, &item.length)) {
			if (!bounds_have(key, list, &item))
				return false;
		}
		return true;
	}
	while (is_blank(*value))
		value++;
	item.text = value;
	item.length = strlen(value);
	while (item.length > 0 && is_blank(value[item.length - 1]))
		item.length--;
	if (coexist_policy_keys[key].type == COEXIST_TYPE_FLAG)
		item = flag_word(&item);
	return bounds_have(key, list, &item);
}
