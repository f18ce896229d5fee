/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_RULES_H
#define COEXIST_QUOTA_RULES_H

struct coexist_policy;
struct coexist_quota_rules;
struct mail_user;

/* Rules of the quota notices (quota-levels.h), as the policy of a mailbox and the
   settings of the site have them. */

/* Returns TRUE if the policy has levels at which the owner is told. */
bool coexist_quota_has_levels(const struct coexist_policy *policy);
/* Reads what the policy says, all but tell_first. */
void coexist_quota_rules_read(const struct coexist_policy *policy,
			      struct coexist_quota_rules *rules_r);
/* Returns TRUE if the site tells also a level that is found at the first look. */
bool coexist_quota_site_tells_first(struct mail_user *user);

#endif
