/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-failure.h. */

#include "lib.h"
#include "quota-failure.h"
#include "ioloop.h"
#include "mail-user.h"
#include "mailbox-state.h"
#include "time-since.h"

/* The time at which a failure was logged last. */
#define STATE_FAILED_AT "quota_failed_at"
#define FAILURE_INTERVAL_SECS (24 * 60 * 60)

void coexist_quota_failure_log(struct mail_user *user, const char *error)
{
	e_warning(user->event,
		  "coexist: Can't say how full the mailbox is: %s", error);
}

static bool failure_is_news(const char *text)
{
	const char *value = coexist_state_text_get(text, STATE_FAILED_AT);
	uint64_t failed_at, passed;

	return value == NULL || str_to_uint64(value, &failed_at) < 0 ||
		!coexist_time_since(failed_at, (uint64_t)ioloop_time,
				    &passed) ||
		passed >= FAILURE_INTERVAL_SECS;
}

static unsigned int
failure_decide(const char *text, struct coexist_state_value *values_r,
	       void *context)
{
	bool *news = context;

	*news = failure_is_news(text);
	if (!*news)
		return 0;
	values_r->name = STATE_FAILED_AT;
	values_r->value = dec2str(ioloop_time);
	return 1;
}

void coexist_quota_failure_log_daily(struct mail_user *user, const char *state,
				     bool writable, const char *error)
{
	bool news = failure_is_news(state);

	if (news && writable) {
		(void)coexist_mailbox_state_update(user, failure_decide,
						   &news);
	}
	if (news)
		coexist_quota_failure_log(user, error);
}
