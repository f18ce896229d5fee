#ifndef COEXIST_QUOTA_EVALUATE_H
#define COEXIST_QUOTA_EVALUATE_H

#include "compat-quota.h"

struct coexist_policy;
struct mail_user;

/* Returns TRUE if the policy has levels at which the owner is told. */
bool coexist_quota_has_levels(const struct coexist_policy *policy);

/* Asks how full the mailbox is, judges it by the policy and what is remembered,
   remembers it and tells the owner what is to be told. What can't be found out
   or remembered is logged, and nobody is told. The policy must have levels.
   Must not be called while a mailbox is being changed or synced. */
void coexist_quota_evaluate(struct mail_user *user,
			    const struct coexist_policy *policy);

#endif
