/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in policy-owner.h. */

#include "policy-owner.h"
#include "policy-bounds.h"

#include <string.h>

#define BIT(openable) ((coexist_openable_set)1 << (openable))

coexist_openable_set coexist_openable_parse(const char *list)
{
	coexist_openable_set set = 0;
	enum coexist_openable openable;
	enum coexist_key key;
	const char *item;
	size_t length;

	/* the word none is no key */
	while (coexist_list_next(&list, &item, &length)) {
		if (coexist_openable_is_undo(item, length))
			set |= COEXIST_OPENABLE_UNDO;
		else if (coexist_key_find_length(item, length, &key) &&
		    coexist_openable_find(key, &openable))
			set |= BIT(openable);
	}
	return set;
}

static bool
names(const struct coexist_scope *scope, enum coexist_openable openable)
{
	enum coexist_key key = coexist_openable_keys[openable].key;
	const char *text = coexist_scope_get(scope, key);
	struct coexist_value ignored;

	return text != NULL &&
		coexist_value_parse(&coexist_policy_keys[key], text,
				    &ignored) == COEXIST_VALUE_VALID;
}

coexist_openable_set
coexist_owner_named(const struct coexist_scope *scopes,
		    unsigned int scope_count)
{
	coexist_openable_set set = 0;
	unsigned int i, openable;

	for (i = 0; i < scope_count; i++) {
		/* most mailboxes are named in few scopes */
		if (scopes[i].get == NULL)
			continue;
		for (openable = 0; openable < COEXIST_OPENABLE_COUNT;
		     openable++) {
			if (names(&scopes[i], openable))
				set |= BIT(openable);
		}
	}
	return set;
}

/* Each login asks, so the keys that can't be suspended cost nothing. */
static bool is_suspended(const struct coexist_policy *policy)
{
#define IS_SUSPENDED(name, type, default_value, choices, state, help) \
	(COEXIST_TYPE_##type == COEXIST_TYPE_ACCESS && \
	 coexist_policy_number(policy, COEXIST_KEY_##name) == \
		COEXIST_ACCESS_SUSPEND) ||
	return COEXIST_POLICY_KEYS(IS_SUSPENDED) false;
#undef IS_SUSPENDED
}

coexist_openable_set
coexist_owner_open(const struct coexist_policy *policy,
		   const struct coexist_scope *scopes, unsigned int scope_count)
{
	const struct coexist_policy_entry *opener =
		&policy->entries[COEXIST_KEY_owner_may_change];
	unsigned int narrower;

	if (opener->scope == NULL || is_suspended(policy))
		return 0;
	for (narrower = 0; narrower < scope_count; narrower++) {
		if (&scopes[narrower] == opener->scope)
			break;
	}
	return (coexist_openable_set)opener->value.number &
		~coexist_owner_named(scopes, narrower);
}

static bool
is_in_bounds(const struct coexist_policy *policy,
	     enum coexist_openable openable, const char *text)
{
	const struct coexist_openable_key *info =
		&coexist_openable_keys[openable];
	const char *bounds;
	size_t length;

	if (info->bounds[0] != '\0' &&
	    !coexist_bounds_allow(info->key, info->bounds,
				  strlen(info->bounds), text))
		return false;
	return !coexist_bounds_find(
			coexist_policy_text(policy, COEXIST_KEY_owner_bounds),
			info->key, &bounds, &length) ||
		coexist_bounds_allow(info->key, bounds, length, text);
}

enum coexist_choice_status
coexist_owner_choice_parse(const struct coexist_policy *policy,
			   enum coexist_openable openable, const char *text,
			   struct coexist_value *value_r)
{
	enum coexist_key key = coexist_openable_keys[openable].key;
	struct coexist_value value;

	switch (coexist_value_parse(&coexist_policy_keys[key], text, &value)) {
	case COEXIST_VALUE_VALID:
		break;
	case COEXIST_VALUE_INHERIT:
		return COEXIST_CHOICE_NONE;
	case COEXIST_VALUE_YES:
	case COEXIST_VALUE_UNKNOWN:
		return COEXIST_CHOICE_UNKNOWN;
	}
	if (!is_in_bounds(policy, openable, text))
		return COEXIST_CHOICE_OUT_OF_BOUNDS;
	*value_r = value;
	return COEXIST_CHOICE_VALID;
}

coexist_openable_set
coexist_owner_choose(struct coexist_policy *policy,
		     const struct coexist_scope *scope,
		     coexist_openable_set open,
		     const char *const texts[COEXIST_OPENABLE_COUNT])
{
	coexist_openable_set held = 0;
	struct coexist_value value;
	unsigned int i;

	for (i = 0; i < COEXIST_OPENABLE_COUNT; i++) {
		if ((open & BIT(i)) == 0 || texts[i] == NULL ||
		    coexist_owner_choice_parse(policy, i, texts[i], &value) !=
		    COEXIST_CHOICE_VALID)
			continue;
		policy->entries[coexist_openable_keys[i].key] =
			(struct coexist_policy_entry){
				.text = texts[i], .value = value,
				.scope = scope };
		held |= BIT(i);
	}
	return held;
}
