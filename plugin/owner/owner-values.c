/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in owner-values.h. */

#include "lib.h"
#include "owner-values.h"
#include "mail-storage-private.h"
#include "str.h"
#include "owner-file.h"
#include "owner-refusal.h"
#include "owner-snapshot.h"
#include "session-policy.h"

static const char *key_name(enum coexist_openable openable)
{
	return coexist_policy_keys[coexist_openable_keys[openable].key].name;
}

static bool is_open(struct mail_user *user, enum coexist_openable openable)
{
	return (coexist_session_policy_get_open(user) & BIT(openable)) != 0;
}

/* Returns TRUE if the choice is one that holds. */
static bool
choice_holds(struct mail_user *user, enum coexist_openable openable,
	     const char *text)
{
	struct coexist_value value;

	return text != NULL &&
		coexist_owner_choice_parse(coexist_session_policy_get(user),
					   openable, text, &value) ==
		COEXIST_CHOICE_VALID;
}

static const char *origin(const struct coexist_policy_entry *entry)
{
	return entry->scope == NULL ? "default" : "administrator";
}

static const char *
value_get(struct mail_user *user, enum coexist_owner_entry entry,
	  enum coexist_openable openable, const char *chosen)
{
	const struct coexist_policy_entry *given =
		coexist_session_policy_get_given(user, openable);
	bool is_owners = is_open(user, openable) &&
		choice_holds(user, openable, chosen);

	switch (entry) {
	case COEXIST_OWNER_ENTRY_EFFECTIVE:
		return is_owners ? chosen : given->text;
	case COEXIST_OWNER_ENTRY_GIVEN:
		return given->text;
	case COEXIST_OWNER_ENTRY_ORIGIN:
		return is_owners ? "owner" : origin(given);
	case COEXIST_OWNER_ENTRY_CHOICES:
		return !is_open(user, openable) ? NULL :
			coexist_owner_choices_text(
			coexist_session_policy_get(user), openable);
	default:
		return chosen;
	}
}

static const char *
status_get(struct coexist_owner_snapshot *snapshot,
	   enum coexist_owner_entry entry)
{
	coexist_openable_set open =
		coexist_session_policy_get_open(snapshot->user);

	if (open == 0)
		return NULL;
	switch (entry) {
	case COEXIST_OWNER_ENTRY_LAST_USE:
		return coexist_owner_snapshot_last_use(snapshot);
	case COEXIST_OWNER_ENTRY_DELETIONS:
		return coexist_owner_snapshot_deletions(snapshot);
	case COEXIST_OWNER_ENTRY_MAY_UNDO:
		return (open & COEXIST_OPENABLE_UNDO) != 0 ? "yes" : "no";
	default:
		return NULL;
	}
}

const char *
coexist_owner_value_get(struct coexist_owner_snapshot *snapshot,
			enum coexist_owner_entry entry,
			enum coexist_openable openable, time_t *changed_r)
{
	const struct coexist_owner_choices *choices;

	*changed_r = 0;
	if (!coexist_owner_entry_is_keys(entry))
		return status_get(snapshot, entry);
	choices = coexist_owner_snapshot_choices(snapshot);
	if (entry == COEXIST_OWNER_ENTRY_CHOICE) {
		*changed_r = choices->times[openable];
		return choices->texts[openable];
	}
	return coexist_session_policy_get_open(snapshot->user) == 0 ? NULL :
		value_get(snapshot->user, entry, openable,
			  choices->texts[openable]);
}

bool coexist_owner_value_may_sleep(enum coexist_openable openable,
				   const char *text)
{
	const struct coexist_policy_key *info =
		&coexist_policy_keys[coexist_openable_keys[openable].key];
	struct coexist_value value;

	return text == NULL ||
		(coexist_owner_value_is_clean(text) &&
		 coexist_value_parse(info, text, &value) ==
		 COEXIST_VALUE_VALID);
}

void coexist_owner_error_set(struct mailbox *box, enum mail_error error,
			     enum coexist_owner_refusal refusal,
			     const char *name, const char *values)
{
	const struct coexist_policy *policy =
		coexist_session_policy_get(box->storage->user);
	const char *language = policy == NULL ? "en" :
		coexist_policy_text(policy, COEXIST_KEY_language);

	mail_storage_set_error(box->storage, error,
		coexist_owner_refusal_text(refusal, language, name, values));
}

static void
refuse(struct mailbox *box, enum mail_error error,
       enum coexist_owner_refusal refusal, enum coexist_openable openable,
       const char *values)
{
	coexist_owner_error_set(box, error, refusal, key_name(openable), values);
}

int coexist_owner_value_judge(struct mailbox *box,
			      enum coexist_openable openable, const char *text,
			      int read_result)
{
	struct mail_user *user = box->storage->user;
	const struct coexist_policy *policy = coexist_session_policy_get(user);

	if (!is_open(user, openable)) {
		refuse(box, MAIL_ERROR_PERM, COEXIST_OWNER_REFUSAL_FIXED,
		       openable, NULL);
		return -1;
	}
	if (read_result == 0) {
		refuse(box, MAIL_ERROR_LIMIT, COEXIST_OWNER_REFUSAL_TOO_LONG,
		       openable, NULL);
		return -1;
	}
	if (read_result > 0 &&
	    (text == NULL || (coexist_owner_value_is_clean(text) &&
			      choice_holds(user, openable, text))))
		return 0;
	refuse(box, MAIL_ERROR_PARAMS, COEXIST_OWNER_REFUSAL_VALUE, openable,
	       coexist_owner_choices_text(policy, openable));
	return -1;
}

void coexist_owner_entry_refuse(struct mailbox *box,
				enum coexist_owner_entry entry,
				enum coexist_openable openable)
{
	enum coexist_owner_refusal refusal = COEXIST_OWNER_REFUSAL_READ_ONLY;
	const char *name = coexist_owner_entry_label(entry), *values = NULL;

	if (coexist_owner_entry_is_keys(entry)) {
		name = key_name(openable);
	} else if (entry == COEXIST_OWNER_ENTRY_UNKNOWN) {
		refusal = COEXIST_OWNER_REFUSAL_UNKNOWN_KEY;
	} else if (entry == COEXIST_OWNER_ENTRY_MISPLACED) {
		refusal = COEXIST_OWNER_REFUSAL_PLACE;
		values = "/private/"COEXIST_OWNER_ENTRIES"...";
	}
	coexist_owner_error_set(box, MAIL_ERROR_NOTPOSSIBLE, refusal, name,
				values);
}

void coexist_owner_failure_set(struct mailbox *box, coexist_openable_set keys)
{
	string_t *names = t_str_new(64);
	unsigned int i;

	for (i = 0; i < COEXIST_OPENABLE_COUNT; i++) {
		if ((keys & BIT(i)) == 0)
			continue;
		if (str_len(names) > 0)
			str_append(names, ", ");
		str_append(names, key_name(i));
	}
	coexist_owner_error_set(box, MAIL_ERROR_TEMP,
				COEXIST_OWNER_REFUSAL_FAILED, str_c(names),
				NULL);
}
