/* See the contract in policy-merge.h. */

#include "policy-merge.h"
#include "policy-preset.h"

/* Sets a text of our own, which is valid, or empty where the key has that. */
static void
entry_set_own(struct coexist_policy_entry *entry, enum coexist_key key,
	      const char *text)
{
	entry->text = text;
	entry->value.number = 0;
	(void)coexist_value_parse(&coexist_policy_keys[key], text,
				  &entry->value);
}

/* Returns the built-in defaults, which never change. */
static const struct coexist_policy *policy_defaults(void)
{
	static struct coexist_policy defaults;
	unsigned int i;

	if (defaults.entries[0].text == NULL) {
		for (i = 0; i < COEXIST_KEY_COUNT; i++) {
			entry_set_own(&defaults.entries[i], i,
				      coexist_policy_keys[i].default_value);
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

/* Reads the scope's text for the key. Returns false if neither that nor the
   scope's preset is a value. A text that is none of the key is left in
   *unknown_r. */
static bool
entry_read(const struct coexist_scope *scope, const char *text,
	   enum coexist_preset preset, enum coexist_key key,
	   struct coexist_policy_entry *entry_r, const char **unknown_r)
{
	struct coexist_value value;

	*unknown_r = NULL;
	switch (coexist_value_parse(&coexist_policy_keys[key], text, &value)) {
	case COEXIST_VALUE_VALID:
		*entry_r = (struct coexist_policy_entry){
			.text = text, .value = value, .scope = scope };
		return true;
	case COEXIST_VALUE_UNKNOWN:
		*unknown_r = text;
		break;
	case COEXIST_VALUE_INHERIT:
		break;
	}

	text = coexist_preset_get(preset, key);
	if (text == NULL)
		return false;
	entry_set_own(entry_r, key, text);
	entry_r->scope = scope;
	entry_r->preset = coexist_preset_name(preset);
	return true;
}

bool coexist_scope_read(const struct coexist_scope *scope,
			enum coexist_key key,
			struct coexist_policy_entry *entry_r)
{
	const char *unknown;

	return entry_read(scope, coexist_scope_get(scope, key),
			  scope_preset(scope), key, entry_r, &unknown);
}

/* Returns true if a value holds although a narrower scope has one. */
static bool is_suspend(enum coexist_key key, const struct coexist_value *value)
{
	return coexist_policy_keys[key].type == COEXIST_TYPE_ACCESS &&
		value->number == COEXIST_ACCESS_SUSPEND;
}

static void
policy_add_scope(struct coexist_policy *policy,
		 const struct coexist_scope *scope,
		 coexist_unknown_value_t *unknown, void *context)
{
	enum coexist_preset preset = scope_preset(scope);
	struct coexist_policy_entry entry;
	const char *unknown_text;
	unsigned int key;

	for (key = 0; key < COEXIST_KEY_COUNT; key++) {
		const char *text = scope->get(scope->context, key);
		bool found;

		/* most keys of most scopes */
		if (text == NULL && (preset == COEXIST_PRESET_NONE ||
				     coexist_preset_get(preset, key) == NULL))
			continue;
		found = entry_read(scope, text, preset, key, &entry,
				   &unknown_text);
		if (unknown_text != NULL)
			unknown(context, scope, key, unknown_text);
		if (found && (policy->entries[key].scope == NULL ||
			      is_suspend(key, &entry.value)))
			policy->entries[key] = entry;
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
