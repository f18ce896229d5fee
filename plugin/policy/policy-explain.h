#ifndef COEXIST_POLICY_EXPLAIN_H
#define COEXIST_POLICY_EXPLAIN_H

#include "policy-decision.h"

/* Why the policy is as it is, in words for an administrator. All texts are
   newly allocated. */

/* Returns where a value comes from: "mailbox", "preset safe of domain" or
   "built-in default". */
char *coexist_explain_origin(const struct coexist_policy_entry *entry);

/* Returns the other values that the scopes have for the key, the narrowest
   first, each with its origin: "hide (preset multi-device of domain), trash
   (default)". Values that were ignored as unknown are among them and say so.
   Empty if there are none. The scopes are those that the policy is made of. */
char *coexist_explain_overridden(const struct coexist_scope *scopes,
				 unsigned int scope_count,
				 const struct coexist_policy *policy,
				 enum coexist_key key);

/* Returns a sentence that says whether the login may pass, and if not, which
   key of which scope refuses it. */
char *coexist_explain_decision(const struct coexist_policy *policy,
			       const struct coexist_login *login,
			       const struct coexist_decision *decision);

#endif
