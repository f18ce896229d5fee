/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-look.h. */

#include "lib.h"
#include "quota-look.h"
#include "array.h"
#include "mail-user.h"
#include "compat-quota.h"
#include "mailbox-state.h"
#include "quota-failure.h"
#include "quota-rules.h"
#include "quota-state.h"

int coexist_quota_look(struct mail_user *user,
		       const struct coexist_policy *policy,
		       struct coexist_quota_look *look_r)
{
	ARRAY_TYPE(coexist_quota_usage) usages;
	struct coexist_quota_rules rules;
	const char *text, *error;
	int ret;

	i_zero(look_r);
	t_array_init(&usages, 4);
	ret = coexist_compat_quota_get(user, &usages, &error);
	if (ret < 0)
		coexist_quota_failure_log(user, error);
	if (ret <= 0)
		return ret;
	look_r->usages = array_get(&usages, &look_r->usage_count);
	coexist_quota_rules_read(policy, &rules);
	look_r->level = coexist_quota_reached(&rules, look_r->usages,
					      look_r->usage_count,
					      &look_r->usage);
	if (coexist_mailbox_state_read(user, &text) == 0)
		(void)coexist_quota_state_parse(text, &look_r->state);
	return 1;
}
