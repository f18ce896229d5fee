/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-merge.h. */

#include "policy-merge.h"
#include "policy-preset.h"

/* Reads a text of our own, which is valid, or empty where the key has that. */
static struct coexist_value
own_value(enum coexist_key key, const char *text)
{
	struct coexist_value value = { .number = 0 };

	(void)coexist_value_parse(&coexist_policy_keys[key], text, &value);
	return value;
}

/* Returns the built-in defaults, which never change. */
static const struct coexist_policy *policy_defaults(void)
{
	static struct coexist_policy defaults;
	unsigned int i;

	if (defaults.entries[0].text == NULL) {
		for (i = 0; i < COEXIST_KEY_COUNT; i++) {
			const char *text =
				coexist_policy_keys[i].default_value;

			defaults.entries[i].value = own_value(i, text);
			defaults.entries[i].text = text;
		}
	}
	return &defaults;
}

static enum coexist_preset scope_preset(const struct coexist_scope *scope)
{
	const struct coexist_policy_key *info =
		&coexist_policy_keys[COEXIST_KEY_preset];
	struct coexist_value value = { .number = COEXIST_PRESET_NONE };

	(void)coexist_value_parse(info, coexist_scope_get(scope,
						COEXIST_KEY_preset), &value);
	return (enum coexist_preset)value.number;
}

/* Reads the scope's text for the key, and the preset's if that is no value.
   Returns how many entries that makes, of which only the last can be a value. */
static unsigned int
key_read(const struct coexist_scope *scope, const char *text,
	 enum coexist_preset preset, enum coexist_key key,
	 struct coexist_scope_entry entries_r[2])
{
	struct coexist_scope_entry *entry = entries_r;
	struct coexist_value value;

	switch (coexist_value_parse(&coexist_policy_keys[key], text, &value)) {
	case COEXIST_VALUE_VALID:
		*entry++ = (struct coexist_scope_entry){ .key = key,
			.is_value = true, .text = text, .value = value };
		return 1;
	case COEXIST_VALUE_YES:
		if (scope->yes_inherits)
			break;
		/* fall through */
	case COEXIST_VALUE_UNKNOWN:
		*entry++ = (struct coexist_scope_entry){
			.key = key, .text = text };
		break;
	case COEXIST_VALUE_INHERIT:
		break;
	}

	text = coexist_preset_get(preset, key);
	if (text != NULL) {
		*entry++ = (struct coexist_scope_entry){ .key = key,
			.is_value = true, .text = text,
			.value = own_value(key, text),
			.preset = coexist_preset_name(preset) };
	}
	return (unsigned int)(entry - entries_r);
}

static const char *text_get(void *context, enum coexist_key key)
{
	const char *const *texts = context;

	return texts[key];
}

void coexist_scope_init_texts(struct coexist_scope *scope_r, const char *name,
			      const char *const *texts)
{
	const struct coexist_scope scope = {
		.name = name,
		.get = texts == NULL ? NULL : text_get,
		.context = (void *)texts
	};

	*scope_r = scope;
}

/* A scope that is read, and from which key on. */
struct scope_reader {
	const struct coexist_scope *scope;
	/* its texts by key, which most scopes have, or NULL */
	const char *const *texts;
	enum coexist_preset preset;
	unsigned int key;
};

static void
scope_read_begin(struct scope_reader *reader, const struct coexist_scope *scope)
{
	reader->scope = scope;
	reader->texts = scope->get == text_get ? scope->context : NULL;
	reader->preset = scope_preset(scope);
	reader->key = 0;
}

/* Reads the next key of which the scope has something. Returns how many entries that
   is, or 0 at the end. */
static unsigned int
scope_read_next(struct scope_reader *reader,
		struct coexist_scope_entry entries_r[2])
{
	const struct coexist_scope *scope = reader->scope;
	unsigned int key, count = 0;

	while (count == 0 && reader->key < COEXIST_KEY_COUNT) {
		const char *text;

		key = reader->key++;
		text = reader->texts != NULL ? reader->texts[key] :
			coexist_scope_get(scope, key);
		if (scope->empty_counts && text != NULL && *text == '\0') {
			entries_r[count++] = (struct coexist_scope_entry){
				.key = key, .is_value = true, .text = text };
		/* most keys of most scopes name nothing */
		} else if (text != NULL ||
			   reader->preset != COEXIST_PRESET_NONE) {
			count = key_read(scope, text, reader->preset, key,
					 entries_r);
		}
	}
	return count;
}

unsigned int
coexist_scope_read_all(const struct coexist_scope *scope,
		       struct coexist_scope_entry
		       entries_r[COEXIST_SCOPE_ENTRY_MAX])
{
	struct scope_reader reader;
	unsigned int read, count = 0;

	scope_read_begin(&reader, scope);
	while ((read = scope_read_next(&reader, &entries_r[count])) > 0)
		count += read;
	return count;
}

/* Makes the scope's value an entry of a policy. */
static struct coexist_policy_entry
policy_entry(const struct coexist_scope *scope,
	     const struct coexist_scope_entry *entry)
{
	return (struct coexist_policy_entry){
		.text = entry->text, .value = entry->value,
		.scope = scope, .preset = entry->preset
	};
}

/* Returns true if a value holds although a narrower scope has one. */
static bool is_suspend(enum coexist_key key, const struct coexist_value *value)
{
	return coexist_policy_keys[key].type == COEXIST_TYPE_ACCESS &&
		value->number == COEXIST_ACCESS_SUSPEND;
}

static void
policy_add_entries(struct coexist_policy *policy,
		   const struct coexist_scope *scope,
		   const struct coexist_scope_entry *entries,
		   unsigned int count,
		   coexist_unknown_value_t *unknown, void *context)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		const struct coexist_scope_entry *entry = &entries[i];
		struct coexist_policy_entry *effective =
			&policy->entries[entry->key];

		if (!entry->is_value) {
			if (unknown != NULL)
				unknown(context, scope, entry->key, entry->text);
		} else if (effective->scope == NULL ||
			   is_suspend(entry->key, &entry->value))
			*effective = policy_entry(scope, entry);
	}
}

/* A list of all entries would be a page of a session's stack. */
static void
policy_add_scope(struct coexist_policy *policy,
		 const struct coexist_scope *scope,
		 coexist_unknown_value_t *unknown, void *context)
{
	struct coexist_scope_entry read[2];
	struct scope_reader reader;
	unsigned int count;

	if (scope->entries != NULL) {
		policy_add_entries(policy, scope, scope->entries,
				   scope->entry_count, unknown, context);
		return;
	}
	scope_read_begin(&reader, scope);
	while ((count = scope_read_next(&reader, read)) > 0) {
		policy_add_entries(policy, scope, read, count, unknown,
				   context);
	}
}

void coexist_policy_merge(const struct coexist_scope *scopes,
			  unsigned int scope_count,
			  coexist_unknown_value_t *unknown, void *context,
			  struct coexist_policy *policy_r)
{
	unsigned int i;

	*policy_r = *policy_defaults();
	for (i = 0; i < scope_count; i++) {
		if (scopes[i].get != NULL) {
			policy_add_scope(policy_r, &scopes[i], unknown,
					 context);
		}
	}
}
