/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_LOOK_H
#define COEXIST_QUOTA_LOOK_H

#include "quota-levels.h"

struct coexist_policy;
struct mail_user;

/* A look at how full a mailbox is, for doveadm: the owner is told nothing. On the
   data stack. */
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

/* Returns 1 and what it saw; 0 if there is no limit to speak of, or
   Dovecot is counting just now; -1 after logging a warning. The policy may have
   no levels. */
int coexist_quota_look(struct mail_user *user,
		       const struct coexist_policy *policy,
		       struct coexist_quota_look *look_r);

#endif
