/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-rules.h. */

#include "lib.h"
#include "quota-rules.h"
#include "compat-settings.h"
#include "policy-merge.h"
#include "quota-levels.h"

bool coexist_quota_has_levels(const struct coexist_policy *policy)
{
	return *coexist_policy_text(policy, COEXIST_KEY_quota_warn) != '\0' ||
		*coexist_policy_text(policy, COEXIST_KEY_quota_warn_free) !=
		'\0';
}

void coexist_quota_rules_read(const struct coexist_policy *policy,
			      struct coexist_quota_rules *rules_r)
{
	i_zero(rules_r);
	rules_r->percents = coexist_policy_text(policy, COEXIST_KEY_quota_warn);
	rules_r->frees =
		coexist_policy_text(policy, COEXIST_KEY_quota_warn_free);
	rules_r->rearm =
		coexist_policy_number(policy, COEXIST_KEY_quota_warn_rearm);
	rules_r->repeat =
		coexist_policy_number(policy, COEXIST_KEY_quota_warn_repeat);
	rules_r->recovered = coexist_policy_number(policy,
			COEXIST_KEY_quota_warn_recovered) != 0;
}

bool coexist_quota_site_tells_first(struct mail_user *user)
{
	const enum coexist_site_setting setting =
		COEXIST_SITE_quota_warn_first;
	struct coexist_value value;

	return coexist_value_parse(&coexist_site_settings[setting],
			coexist_site_setting_get(user, setting),
			&value) == COEXIST_VALUE_VALID && value.number != 0;
}
