/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in view-filter.h. */

#include "lib.h"
#include "view-filter.h"
#include "coexist/day.h"
#include "policy-merge.h"

static time_t days_since(uint64_t days, uint64_t today)
{
	return days == 0 || days >= today ? 0 :
		(time_t)(today - days) * COEXIST_SECS_PER_DAY;
}

static time_t date_since(uint64_t date)
{
	return date == COEXIST_DATE_NONE ? 0 :
		(time_t)date * COEXIST_SECS_PER_DAY;
}

void coexist_view_filter_init(struct coexist_view_filter *filter_r,
			      const struct coexist_policy *policy, time_t now)
{
	time_t days, date;

	i_zero(filter_r);
	if (policy == NULL)
		return;
	filter_r->unread = coexist_policy_number(policy,
				COEXIST_KEY_pop3_show) == COEXIST_SHOW_UNREAD;
	filter_r->hides_deleted =
		coexist_policy_number(policy,
				      COEXIST_KEY_pop3_show_deleted) == 0;
	days = days_since(coexist_policy_number(policy,
				COEXIST_KEY_pop3_show_days), coexist_day(now));
	date = date_since(coexist_policy_number(policy,
				COEXIST_KEY_pop3_show_since));
	filter_r->since = I_MAX(days, date);
	filter_r->max = (unsigned int)
		I_MIN(coexist_policy_number(policy,
					    COEXIST_KEY_pop3_max_messages),
		      UINT_MAX);
}

bool coexist_view_filter_is_all(const struct coexist_view_filter *filter)
{
	return !filter->unread && !filter->hides_deleted &&
		filter->since == 0 && filter->max == 0;
}

/* Nobody promises anything of what others delete, by IMAP or by pop3_show_deleted. */
bool coexist_view_filter_get_days(const struct coexist_policy *policy,
				  bool marks_read, unsigned int *days_r)
{
	uint64_t days =
		coexist_policy_number(policy, COEXIST_KEY_pop3_show_days);

	if (coexist_policy_number(policy, COEXIST_KEY_pop3_max_messages) != 0)
		return FALSE;
	if (marks_read && coexist_policy_number(policy,
				COEXIST_KEY_pop3_show) == COEXIST_SHOW_UNREAD)
		*days_r = 0;
	else
		*days_r = days == 0 ? UINT_MAX :
			(unsigned int)I_MIN(days, UINT_MAX);
	return TRUE;
}
