#ifndef COEXIST_QUOTA_ESTIMATE_H
#define COEXIST_QUOTA_ESTIMATE_H

#include "quota-levels.h"

struct istream;
struct mail_user;

/* What a delivery leaves of the quota, without asking for it: Dovecot's quota
   plugin has just asked when a message is about to be saved, so that its answer
   is there already, and what is saved then has a size. To ask again afterwards
   would cost as much as the plugin does.

   Others may deliver at the same time. So the most that can be used is far more
   than what is used now and saved here: enough for many more messages like these.
   If nothing is to be told even then, the usage need not be known better. Should
   many small deliveries, which all began before a large one had ended, be what
   reaches the level, then the next delivery or login tells it. The same goes for
   what a Sieve script copies into dozens of folders.

   And if by the least that is used some level is to be told, and none that is
   higher by the most that this session can have added, it is told. */

struct coexist_quota_estimate {
	/* before the first message was saved */
	const struct coexist_quota_usage *usages;
	unsigned int usage_count;
	uint64_t saved_bytes, saved_messages;
	/* something was saved that the quota may not count, because it is not
	   in INBOX: the least that is used is not known then */
	bool elsewhere;
	/* something happened that it says nothing of: no answer, nothing was
	   saved after all, or something was expunged */
	bool failed;
};

/* A message is about to be saved, and the quota plugin has allowed it. */
void coexist_quota_estimate_save(struct coexist_quota_estimate *estimate,
				 struct mail_user *user, struct istream *input);
/* Returns what is used at most, as many usages as the estimate has, on the data
   stack; or NULL if it says nothing. */
const struct coexist_quota_usage *
coexist_quota_estimate_most(const struct coexist_quota_estimate *estimate);
/* Returns FALSE if it says nothing of that. Else sets, like that, what is used at
   least and at most if nobody else has changed the mailbox meanwhile. */
bool coexist_quota_estimate_alone(const struct coexist_quota_estimate *estimate,
				  const struct coexist_quota_usage **least_r,
				  const struct coexist_quota_usage **most_r);

#endif
