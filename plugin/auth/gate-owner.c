/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in gate-owner.h. */

#include "lib.h"
#include "gate-owner.h"
#include "gate.h"
#include "gate-lookup.h"
#include "policy-handover.h"
#include "policy-owner.h"

/* Returns TRUE if no choice counts for now, whatever is open. Where signatures are
   wanted, only a document can open: a database that somebody got into must not. */
static bool
choices_sleep(const struct coexist_gate *gate,
	      const struct coexist_gate_policy *policy)
{
	return coexist_gate_is_log_only(gate) || policy->is_partial ||
		(*gate->config.texts[COEXIST_SITE_policy_public_keys] != '\0' &&
		 !coexist_gate_policy_hands_over(policy,
			COEXIST_KEY_owner_may_change));
}

const char *coexist_gate_owner_fixed(const struct coexist_gate *gate,
				     const struct coexist_gate_policy *policy)
{
	const struct coexist_policy_entry *opener =
		&policy->policy.entries[COEXIST_KEY_owner_may_change];
	coexist_openable_set listed, open;

	if (opener->scope == NULL)
		return NULL;
	listed = (coexist_openable_set)opener->value.number;
	if (listed == 0)
		return NULL;
	open = choices_sleep(gate, policy) ? 0 :
		coexist_owner_open(&policy->policy, policy->scopes,
				   COEXIST_SCOPE_COUNT);
	return coexist_handover_owner_text(listed & ~open);
}
