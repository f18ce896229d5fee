/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in until-step.h. */

#include "until-step.h"
#include "coexist/day.h"
#include "policy-list.h"
#include "policy-number.h"

bool coexist_until_step(const char *steps, uint64_t until, uint64_t now,
			uint64_t *step_r)
{
	uint64_t today = now / COEXIST_SECS_PER_DAY, left, step;
	const char *item;
	size_t length;
	bool found = false;

	if (until <= today || until == UINT64_MAX)
		return false;
	left = until * COEXIST_SECS_PER_DAY - now;
	while (coexist_list_next(&steps, &item, &length)) {
		if (coexist_interval_parse(item, length, &step) &&
		    step >= left && (!found || step < *step_r)) {
			*step_r = step;
			found = true;
		}
	}
	return found;
}
