/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_EVALUATE_H
#define COEXIST_QUOTA_EVALUATE_H

struct coexist_policy;
struct coexist_quota_estimate;
struct mail_user;

/* Evaluation of a mailbox's quota: asks how full the mailbox is, judges the answer
   by the policy and what is remembered, remembers the verdict and tells the owner
   what is to be told. What can't be found out or remembered is logged, and nobody
   is told; that the quota can't be counted is logged once a day. The quota is not
   asked if the estimate, which may be NULL, proves that nothing would change, or
   that a level is reached. The policy must have levels. Must not be called while a
   mailbox is being changed or synced. */
void coexist_quota_evaluate(struct mail_user *user,
			    const struct coexist_policy *policy,
			    const struct coexist_quota_estimate *estimate);

#endif
