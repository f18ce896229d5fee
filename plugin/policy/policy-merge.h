/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_MERGE_H
#define COEXIST_POLICY_MERGE_H

#include "policy-value.h"

/* The merge of scopes into one policy. Plain C without allocations, because the
   session processes use it too. */

/* What a scope has for a key. */
struct coexist_scope_entry {
	enum coexist_key key;
	/* whether the text is a value of the key; it is reported if it isn't */
	bool is_value;
	const char *text;
	struct coexist_value value;
	/* the scope's preset that the value comes from, NULL if the scope
	   names the key itself */
	const char *preset;
};
/* A text that is no value, and the preset's value in its place. */
#define COEXIST_SCOPE_ENTRY_MAX (2 * COEXIST_KEY_COUNT)

/* A place that names values: a document, the userdb fields, dovecot.conf. */
struct coexist_scope {
	/* for messages and explanations, e.g. "userdb" */
	const char *name;
	/* Returns the scope's text for the key, or NULL. The text must live as
	   long as the policy that is made from it. NULL for a scope that names
	   nothing at all. */
	const char *(*get)(void *context, enum coexist_key key);
	void *context;
	/* The texts are values out of a merge, in which a preset may have said
	   that a value is empty: such a text is a value, too, and not one that
	   is missing. */
	bool empty_counts;
	/* A mere yes (COEXIST_VALUE_YES) is no opinion, as in a userdb. */
	bool yes_inherits;
	/* What coexist_scope_read_all() has found, for a scope that is merged
	   again and again. NULL if it is to be read. */
	const struct coexist_scope_entry *entries;
	unsigned int entry_count;
};

/* Returns the scope's text for the key, or NULL. */
static inline const char *
coexist_scope_get(const struct coexist_scope *scope, enum coexist_key key)
{
	return scope->get == NULL ? NULL : scope->get(scope->context, key);
}

/* Makes a scope of texts that are indexed by key, NULL where nothing is said. Both
   must outlive the scope. texts is NULL for a scope that names nothing. */
void coexist_scope_init_texts(struct coexist_scope *scope_r, const char *name,
			      const char *const *texts);

struct coexist_policy_entry {
	/* never NULL: the built-in default is a text too */
	const char *text;
	struct coexist_value value;
	/* NULL for the built-in default */
	const struct coexist_scope *scope;
	/* the scope's preset that the value comes from, NULL if the scope
	   names the key itself */
	const char *preset;
};

struct coexist_policy {
	struct coexist_policy_entry entries[COEXIST_KEY_COUNT];
};

/* Called for a text that is not in the key's syntax. */
typedef void
coexist_unknown_value_t(void *context, const struct coexist_scope *scope,
			enum coexist_key key, const char *text);

/* Merges the scopes, the narrowest first: the first valid value of a key wins,
   except that a suspend in a wider scope holds. A scope's preset gives values
   to the keys that the scope itself does not name. Values that are unknown
   count as missing and are reported, or not if unknown is NULL. The scopes must
   outlive the policy. */
void coexist_policy_merge(const struct coexist_scope *scopes,
			  unsigned int scope_count,
			  coexist_unknown_value_t *unknown, void *context,
			  struct coexist_policy *policy_r);

/* Reads all that the scope has, be it by its preset, in the order of the keys.
   Returns how many entries that is. Their texts live as long as the scope's. */
unsigned int
coexist_scope_read_all(const struct coexist_scope *scope,
		       struct coexist_scope_entry
		       entries_r[COEXIST_SCOPE_ENTRY_MAX]);

/* Returns the key's effective number (see struct coexist_value). */
static inline uint64_t
coexist_policy_number(const struct coexist_policy *policy,
		      enum coexist_key key)
{
	return policy->entries[key].value.number;
}

/* Returns the key's effective text, never NULL. */
static inline const char *
coexist_policy_text(const struct coexist_policy *policy, enum coexist_key key)
{
	return policy->entries[key].text;
}

#endif
