/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_POLICY_OWNER_H
#define COEXIST_POLICY_OWNER_H

#include "policy-merge.h"

/* The owner's choice: which values of a mailbox' own owner count. Plain C without
   allocations, because the gate, the sessions and doveadm judge alike.

   A choice of a key counts where the effective owner_may_change has the key, and no
   narrower scope than the one that this comes from names the key itself. What a
   preset says is named by nobody: a preset neither opens a key nor fixes it. While an
   access key is suspend no choice counts, whichever protocol it is of. */

/* A set of openable keys: 1 << enum coexist_openable. */
typedef uint32_t coexist_openable_set;
#define COEXIST_OPENABLE_ALL \
	((coexist_openable_set)((1ULL << COEXIST_OPENABLE_COUNT) - 1))
/* The owner may undo what a POP3 session deleted: no key, and yet opened as one. */
#define COEXIST_OPENABLE_UNDO \
	((coexist_openable_set)(1ULL << COEXIST_OPENABLE_COUNT))
_Static_assert(COEXIST_OPENABLE_COUNT <= 31, "there is a bit for each, and undo");

/* Returns what a list opens; what opens nothing is passed over. */
coexist_openable_set coexist_openable_parse(const char *list);

/* Returns the keys of a merged policy that a choice counts for, by its scopes, the
   narrowest first, which must still have their texts. */
coexist_openable_set
coexist_owner_open(const struct coexist_policy *policy,
		   const struct coexist_scope *scopes,
		   unsigned int scope_count);

/* Returns the keys that one of the scopes names itself, with a valid value. */
coexist_openable_set
coexist_owner_named(const struct coexist_scope *scopes,
		    unsigned int scope_count);

enum coexist_choice_status {
	COEXIST_CHOICE_VALID,
	/* missing or empty: no choice */
	COEXIST_CHOICE_NONE,
	/* not in the syntax of the key */
	COEXIST_CHOICE_UNKNOWN,
	/* not in the bounds, be they the policy's or those that always hold */
	COEXIST_CHOICE_OUT_OF_BOUNDS
};

/* Judges a choice of the key by the policy's bounds. *value_r is untouched unless it
   is valid. */
enum coexist_choice_status
coexist_owner_choice_parse(const struct coexist_policy *policy,
			   enum coexist_openable openable, const char *text,
			   struct coexist_value *value_r);

/* Makes the choices hold that are open and valid. texts is indexed by openable key,
   NULL for what was not chosen; the texts and the scope, which the entries are of,
   must outlive the policy. Returns which ones hold. */
coexist_openable_set
coexist_owner_choose(struct coexist_policy *policy,
		     const struct coexist_scope *scope,
		     coexist_openable_set open,
		     const char *const texts[COEXIST_OPENABLE_COUNT]);

#endif
