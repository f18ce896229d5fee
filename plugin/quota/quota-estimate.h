/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_QUOTA_ESTIMATE_H
#define COEXIST_QUOTA_ESTIMATE_H

#include "quota-levels.h"

struct istream;
struct mail_user;

/* An estimate of the usage after a delivery, which saves asking for the quota again.
   Dovecot's quota plugin has just asked when a message is about to be saved, so that
   its answer is there already, and what is saved then has a size. To ask once more
   afterwards would cost as much as the plugin does.

   Others may deliver at the same time. So the upper bound is far more than what is
   used now and saved here: enough for many more messages like these. If nothing is
   to be told even then, the usage need not be known better. Should many small
   deliveries, which all began before a large one had ended, be what reaches the
   level, then the next delivery or login tells it. The same goes for what a Sieve
   script copies into dozens of folders.

   A level is told for certain if the lower bound reaches it, and what this session
   can have added at most reaches none that is higher. */

struct coexist_quota_estimate {
	/* before the first message was saved */
	const struct coexist_quota_usage *usages;
	unsigned int usage_count;
	uint64_t saved_bytes, saved_messages;
	/* something was saved that the quota may not count, because it is not
	   in INBOX: the lower bound is not known then */
	bool elsewhere;
	/* something happened that the estimate says nothing of: no answer,
	   nothing was saved after all, or something was expunged */
	bool failed;
};

/* Adds a message that is about to be saved, and that the quota plugin allowed. */
void coexist_quota_estimate_save(struct coexist_quota_estimate *estimate,
				 struct mail_user *user, struct istream *input);
/* Returns the upper bound, as many usages as the estimate has, on the data stack;
   or NULL if there is none. */
const struct coexist_quota_usage *
coexist_quota_estimate_most(const struct coexist_quota_estimate *estimate);
/* Sets, like that, the bounds if nobody else has changed the mailbox meanwhile.
   Returns FALSE if there are none. */
bool coexist_quota_estimate_alone(const struct coexist_quota_estimate *estimate,
				  const struct coexist_quota_usage **least_r,
				  const struct coexist_quota_usage **most_r);

#endif
