#ifndef COEXIST_QUOTA_EVALUATE_H
#define COEXIST_QUOTA_EVALUATE_H

#include "quota-levels.h"

struct coexist_policy;
struct coexist_quota_estimate;
struct mail_user;

/* Returns TRUE if the policy has levels at which the owner is told. */
bool coexist_quota_has_levels(const struct coexist_policy *policy);

/* Asks how full the mailbox is, judges it by the policy and what is remembered,
   remembers it and tells the owner what is to be told. What can't be found out
   or remembered is logged, and nobody is told; that the quota can't be counted is
   logged once a day. The policy must have levels. Does not ask if the estimate,
   which may be NULL, proves that nothing would change, or that a level is reached.
   Must not be called while a mailbox is being changed or synced. */
void coexist_quota_evaluate(struct mail_user *user,
			    const struct coexist_policy *policy,
			    const struct coexist_quota_estimate *estimate);

/* How full a mailbox is, for doveadm. On the data stack. */
struct coexist_quota_look {
	const struct coexist_quota_usage *usages;
	unsigned int usage_count;
	/* the highest level that is reached, and by which of the usages; NONE
	   and NULL if there is none */
	struct coexist_quota_level level;
	const struct coexist_quota_usage *usage;
	/* not known if it can't be read */
	struct coexist_quota_state state;
};

/* Looks, and tells nobody. Returns 1; 0 if there is no limit to speak of, or
   Dovecot is counting just now; -1 after logging a warning. The policy may have
   no levels. */
int coexist_quota_look(struct mail_user *user,
		       const struct coexist_policy *policy,
		       struct coexist_quota_look *look_r);

#endif
