/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in pop3-delete-policy.h. */

#include "lib.h"
#include "mail-user.h"
#include "pop3-delete-policy.h"
#include "delete-memory.h"
#include "hidden-keyword.h"
#include "network-match.h"
#include "policy-merge.h"
#include "session-policy.h"

static const char *const actions[] = {
	COEXIST_CHOICE_NAMES(COEXIST_DELETE_CHOICES)
};

void pop3_delete_policy_init(struct pop3_delete_policy *delete_policy_r,
			     struct mail_user *user,
			     const struct coexist_policy *policy)
{
	i_zero(delete_policy_r);
	delete_policy_r->action =
		coexist_policy_number(policy, COEXIST_KEY_pop3_delete);
	delete_policy_r->is_partial = coexist_session_policy_is_partial(user);
	delete_policy_r->limit =
		coexist_policy_number(policy, COEXIST_KEY_pop3_delete_limit);
	delete_policy_r->is_stock = coexist_pop3_expunges(user, policy);
	/* what fetches for a machine tells nothing about its owner */
	delete_policy_r->mark_read = !coexist_network_match(
		coexist_policy_text(policy, COEXIST_KEY_pop3_fetcher_networks),
		user->conn.remote_ip);
}

enum coexist_delete
pop3_delete_policy_settle(const struct pop3_delete_policy *delete_policy,
			  struct mail_user *user)
{
	if (!delete_policy->is_partial)
		coexist_delete_remember(user);
	else if (delete_policy->action == COEXIST_DELETE_EXPUNGE)
		return coexist_delete_recall(user);
	return delete_policy->action;
}

const char *pop3_delete_action_name(enum coexist_delete action)
{
	return actions[action];
}
