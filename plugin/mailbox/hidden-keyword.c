/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in hidden-keyword.h. */

#include "lib.h"
#include "hidden-keyword.h"
#include "coexist/policy-keys.h"
#include "keywords.h"
#include "policy-merge.h"
#include "session-policy.h"

bool coexist_pop3_expunges(struct mail_user *user,
			   const struct coexist_policy *policy)
{
	if (policy == NULL)
		return TRUE;
	return coexist_policy_number(policy, COEXIST_KEY_pop3_delete) ==
			COEXIST_DELETE_EXPUNGE &&
		coexist_policy_number(policy, COEXIST_KEY_pop3_delete_limit) ==
			0 &&
		!coexist_session_policy_is_partial(user);
}

const char *coexist_hidden_keyword(struct mail_user *user, bool is_inbox)
{
	return is_inbox && coexist_pop3_expunges(user,
					coexist_session_policy_get(user)) ?
		NULL : POP3_HIDDEN_KEYWORD;
}
