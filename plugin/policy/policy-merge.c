/* See the contract in policy-merge.h. */

#include "policy-merge.h"

static void
entry_set_default(enum coexist_key key, struct coexist_policy_entry *entry)
{
	const struct coexist_policy_key *info = &coexist_policy_keys[key];

	entry->text = info->default_value;
	entry->scope = NULL;
	entry->value.number = 0;
	(void)coexist_value_parse(info, info->default_value, &entry->value);
}

/* Returns true if a value holds although a narrower scope has one. */
static bool
is_suspend(enum coexist_key key, const struct coexist_value *value)
{
	return coexist_policy_keys[key].type == COEXIST_TYPE_ACCESS &&
		value->number == COEXIST_ACCESS_SUSPEND;
}

static void
entry_add_scope(enum coexist_key key, struct coexist_policy_entry *entry,
		const struct coexist_scope *scope,
		coexist_unknown_value_t *unknown, void *context)
{
	const char *text = scope->get(scope->context, key);
	struct coexist_value value;

	switch (coexist_value_parse(&coexist_policy_keys[key], text, &value)) {
	case COEXIST_VALUE_INHERIT:
		break;
	case COEXIST_VALUE_UNKNOWN:
		unknown(context, scope, key, text);
		break;
	case COEXIST_VALUE_VALID:
		if (entry->scope != NULL && !is_suspend(key, &value))
			break;
		entry->text = text;
		entry->value = value;
		entry->scope = scope;
		break;
	}
}

void coexist_policy_merge(const struct coexist_scope *scopes,
			  unsigned int scope_count,
			  coexist_unknown_value_t *unknown, void *context,
			  struct coexist_policy *policy_r)
{
	unsigned int key, s;

	for (key = 0; key < COEXIST_KEY_COUNT; key++) {
		struct coexist_policy_entry *entry = &policy_r->entries[key];

		entry_set_default(key, entry);
		for (s = 0; s < scope_count; s++) {
			entry_add_scope(key, entry, &scopes[s],
					unknown, context);
		}
	}
}
