/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_OWNER_KEYS_H
#define COEXIST_OWNER_KEYS_H

#include "policy-owner.h"

/* The names of the owner's choices among the attributes that Dovecot keeps of the
   server (RFC 5464), below /private/vendor/vendor.dovecot-coexist/:

     KEY             what the owner chose, if anything
     effective/KEY   the value that holds in the next session
     given/KEY       the value that holds where the owner chose nothing
     origin/KEY      who says what holds: owner, administrator or default
     choices/KEY     which values may be chosen, as bounds (policy-bounds.h)

   All but the first can be read only, and KEY, too, while it is closed: a choice that
   sleeps is shown. Where anything is open, if only undo, effective, given and origin
   are there for each key that can be opened, so that a page can say who set the rest;
   choices are there for those that are open. Besides there are, to be read only,

     status/pop3_last_use    the day of the last use by POP3, or none
     status/pop3_deletions   what POP3 sessions hid and moved (owner-status.h)
     status/may_undo         yes if the owner may undo that, or no

   and to be set only

     undo                    the session that is to be undone
*/

#define COEXIST_OWNER_ENTRIES "vendor/vendor.dovecot-coexist/"

enum coexist_owner_entry {
	/* somebody else's attribute */
	COEXIST_OWNER_ENTRY_FOREIGN,
	/* ours, and not where it can be asked for: another mailbox, or shared */
	COEXIST_OWNER_ENTRY_MISPLACED,
	/* ours, and there is none of this name */
	COEXIST_OWNER_ENTRY_UNKNOWN,
	COEXIST_OWNER_ENTRY_CHOICE,
	COEXIST_OWNER_ENTRY_EFFECTIVE,
	COEXIST_OWNER_ENTRY_GIVEN,
	COEXIST_OWNER_ENTRY_ORIGIN,
	COEXIST_OWNER_ENTRY_CHOICES,
	/* of those above there is one for each key, of the others one */
	COEXIST_OWNER_ENTRY_LAST_USE,
	COEXIST_OWNER_ENTRY_DELETIONS,
	COEXIST_OWNER_ENTRY_MAY_UNDO,
	COEXIST_OWNER_ENTRY_UNDO,
	COEXIST_OWNER_ENTRY_COUNT
};

/* Returns which entry the name of an attribute is. is_private: of a mailbox' private
   ones; has_server: the mailbox has those of the server. *openable_r is set for those
   of keys. */
enum coexist_owner_entry
coexist_owner_entry_parse(const char *name, bool is_private, bool has_server,
			  enum coexist_openable *openable_r);
/* Returns TRUE for the entries that are there for each key. */
static inline bool coexist_owner_entry_is_keys(enum coexist_owner_entry entry)
{
	return entry >= COEXIST_OWNER_ENTRY_CHOICE &&
		entry <= COEXIST_OWNER_ENTRY_CHOICES;
}
/* Returns the entry's own part of its name, without the key. */
const char *coexist_owner_entry_label(enum coexist_owner_entry entry);
/* Returns the name of an attribute, on the data stack. The key is of no matter for
   entries that are there once. */
const char *coexist_owner_entry_name(enum coexist_owner_entry entry,
				     enum coexist_openable openable);

/* Returns the values of the key that may be chosen, on the data stack: the policy's
   bounds, or else all that there are. */
const char *coexist_owner_choices_text(const struct coexist_policy *policy,
				       enum coexist_openable openable);

#endif
