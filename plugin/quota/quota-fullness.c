/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-fullness.h. */

#include "quota-fullness.h"
#include "coexist/quota-usage.h"

static double fullness(const struct coexist_quota_usage *usage)
{
	return (double)usage->used / (double)usage->limit;
}

const struct coexist_quota_usage *
coexist_quota_fullest(const struct coexist_quota_usage *usages, size_t count)
{
	const struct coexist_quota_usage *best = NULL;
	size_t i;

	for (i = 0; i < count; i++) {
		if (usages[i].limit != 0 &&
		    (best == NULL || fullness(&usages[i]) > fullness(best)))
			best = &usages[i];
	}
	return best;
}

uint64_t coexist_quota_percent(const struct coexist_quota_usage *usage)
{
	if (usage->limit == 0)
		return 0;
	if (usage->used <= UINT64_MAX / 100)
		return usage->used * 100 / usage->limit;
	/* the hundredth of so much is exact enough, unless the limit is tiny */
	return usage->limit < 100 ? UINT64_MAX :
		usage->used / (usage->limit / 100);
}
