/* See the contract in policy-explain.h. */

#include "policy-explain.h"

#include <glib.h>

char *coexist_explain_origin(const struct coexist_policy_entry *entry)
{
	if (entry->scope == NULL)
		return g_strdup("built-in default");
	if (entry->preset == NULL)
		return g_strdup(entry->scope->name);
	return g_strdup_printf("preset %s of %s", entry->preset,
			       entry->scope->name);
}

/* Returns the scope's own text if it is not a value of the key, or NULL. */
static const char *
unknown_text(const struct coexist_scope *scope, enum coexist_key key)
{
	const char *text = coexist_scope_get(scope, key);
	struct coexist_value value;

	return coexist_value_parse(&coexist_policy_keys[key], text, &value) ==
		COEXIST_VALUE_UNKNOWN ? text : NULL;
}

static void
overridden_add(GPtrArray *overridden, const struct coexist_scope *scope,
	       const struct coexist_policy *policy, enum coexist_key key)
{
	const char *unknown = unknown_text(scope, key);
	struct coexist_policy_entry entry;

	if (unknown != NULL) {
		g_ptr_array_add(overridden, g_strdup_printf(
			"%s (%s, ignored: not a value of this key)",
			unknown, scope->name));
	}
	if (scope != policy->entries[key].scope &&
	    coexist_scope_read(scope, key, &entry)) {
		g_autofree char *origin = coexist_explain_origin(&entry);

		g_ptr_array_add(overridden, g_strdup_printf(
			"%s (%s)", *entry.text == '\0' ? "empty" : entry.text,
			origin));
	}
}

char *coexist_explain_overridden(const struct coexist_scope *scopes,
				 unsigned int scope_count,
				 const struct coexist_policy *policy,
				 enum coexist_key key)
{
	g_autoptr(GPtrArray) overridden = g_ptr_array_new_with_free_func(g_free);
	unsigned int i;

	for (i = 0; i < scope_count; i++)
		overridden_add(overridden, &scopes[i], policy, key);
	g_ptr_array_add(overridden, NULL);
	return g_strjoinv(", ", (char **)overridden->pdata);
}

char *coexist_explain_decision(const struct coexist_policy *policy,
			       const struct coexist_login *login,
			       const struct coexist_decision *decision)
{
	const char *label = coexist_protocol_label(login->protocol);
	const char *why = "";
	const struct coexist_policy_entry *entry;
	g_autofree char *origin = NULL;

	if (login->protocol == COEXIST_PROTOCOL_OTHER)
		return g_strdup("No policy is about this protocol.");
	switch (decision->refusal) {
	case COEXIST_REFUSAL_NONE:
		return g_strdup_printf("%s may log in.", label);
	case COEXIST_REFUSAL_ACCESS:
		if (coexist_policy_number(policy, decision->key) ==
		    COEXIST_ACCESS_SUSPEND)
			why = ": no narrower scope can lift that";
		break;
	case COEXIST_REFUSAL_UNTIL:
		why = ": that day has come";
		break;
	case COEXIST_REFUSAL_NETWORK:
		why = ": the client's address is in none of them";
		break;
	case COEXIST_REFUSAL_TLS:
		why = ": the connection is not encrypted";
		break;
	case COEXIST_REFUSAL_SESSIONS:
		why = ": it has so many already";
		break;
	}
	entry = &policy->entries[decision->key];
	origin = coexist_explain_origin(entry);
	return g_strdup_printf("%s is refused by %s = %s (%s)%s.", label,
			       coexist_policy_keys[decision->key].name,
			       entry->text, origin, why);
}
