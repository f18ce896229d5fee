/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in owner-keys.h. */

#include "lib.h"
#include "owner-keys.h"
#include "str.h"
#include "mail-storage.h"
#include "policy-bounds.h"

#define SERVER_ENTRIES \
	MAILBOX_ATTRIBUTE_PREFIX_DOVECOT_PVT_SERVER COEXIST_OWNER_ENTRIES

/* What comes before the key, or the whole name. */
static const char labels[COEXIST_OWNER_ENTRY_COUNT][24] = {
	[COEXIST_OWNER_ENTRY_CHOICE] = "",
	[COEXIST_OWNER_ENTRY_EFFECTIVE] = "effective/",
	[COEXIST_OWNER_ENTRY_GIVEN] = "given/",
	[COEXIST_OWNER_ENTRY_ORIGIN] = "origin/",
	[COEXIST_OWNER_ENTRY_CHOICES] = "choices/",
	[COEXIST_OWNER_ENTRY_LAST_USE] = "status/pop3_last_use",
	[COEXIST_OWNER_ENTRY_DELETIONS] = "status/pop3_deletions",
	[COEXIST_OWNER_ENTRY_MAY_UNDO] = "status/may_undo",
	[COEXIST_OWNER_ENTRY_UNDO] = "undo"
};

/* Moves *name behind the prefix. Returns FALSE if it has another one. */
static bool skip(const char **name, const char *prefix)
{
	size_t length = strlen(prefix);

	if (strncasecmp(*name, prefix, length) != 0)
		return FALSE;
	*name += length;
	return TRUE;
}

static bool openable_parse(const char *name, enum coexist_openable *openable_r)
{
	enum coexist_key key;

	return coexist_key_find(name, &key) &&
		coexist_openable_find(key, openable_r);
}

enum coexist_owner_entry
coexist_owner_entry_parse(const char *name, bool is_private, bool has_server,
			  enum coexist_openable *openable_r)
{
	unsigned int entry;

	if (skip(&name, COEXIST_OWNER_ENTRIES))
		return COEXIST_OWNER_ENTRY_MISPLACED;
	if (!skip(&name, SERVER_ENTRIES))
		return COEXIST_OWNER_ENTRY_FOREIGN;
	if (!is_private || !has_server)
		return COEXIST_OWNER_ENTRY_MISPLACED;
	for (entry = COEXIST_OWNER_ENTRY_LAST_USE;
	     entry < COEXIST_OWNER_ENTRY_COUNT; entry++) {
		if (strcasecmp(name, labels[entry]) == 0)
			return entry;
	}
	for (entry = COEXIST_OWNER_ENTRY_EFFECTIVE;
	     coexist_owner_entry_is_keys(entry); entry++) {
		if (skip(&name, labels[entry])) {
			return openable_parse(name, openable_r) ? entry :
				COEXIST_OWNER_ENTRY_UNKNOWN;
		}
	}
	return openable_parse(name, openable_r) ? COEXIST_OWNER_ENTRY_CHOICE :
		COEXIST_OWNER_ENTRY_UNKNOWN;
}

static const char *key_name(enum coexist_openable openable)
{
	return coexist_policy_keys[coexist_openable_keys[openable].key].name;
}

const char *coexist_owner_entry_label(enum coexist_owner_entry entry)
{
	return labels[entry];
}

const char *coexist_owner_entry_name(enum coexist_owner_entry entry,
				     enum coexist_openable openable)
{
	return t_strconcat(SERVER_ENTRIES, labels[entry],
			   coexist_owner_entry_is_keys(entry) ?
			   key_name(openable) : NULL, NULL);
}

/* Returns a list of words as alternatives. */
static const char *alternatives(const char *words)
{
	string_t *list = t_str_new(64);
	const char *word;
	size_t length;

	while (coexist_list_next(&words, &word, &length)) {
		if (str_len(list) > 0)
			str_append_c(list, ',');
		str_append_data(list, word, length);
	}
	return str_c(list);
}

static const char *all_choices(enum coexist_key key)
{
	const struct coexist_policy_key *info = &coexist_policy_keys[key];

	switch (info->type) {
	case COEXIST_TYPE_NUMBER:
	case COEXIST_TYPE_INTERVAL:
		return "0..";
	case COEXIST_TYPE_DATE:
		return "none,1970-01-01..";
	case COEXIST_TYPE_PERCENTS:
		return "1..100";
	case COEXIST_TYPE_SIZES:
		return "1B..";
	default:
		/* none for a name of whatever */
		return alternatives(info->choices);
	}
}

const char *coexist_owner_choices_text(const struct coexist_policy *policy,
				       enum coexist_openable openable)
{
	const struct coexist_openable_key *info =
		&coexist_openable_keys[openable];
	const char *bounds;
	size_t length;

	if (coexist_bounds_find(coexist_policy_text(policy,
						    COEXIST_KEY_owner_bounds),
				info->key, &bounds, &length))
		return t_strndup(bounds, length);
	return info->bounds[0] != '\0' ? info->bounds : all_choices(info->key);
}
