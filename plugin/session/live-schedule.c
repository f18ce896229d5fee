/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in live-schedule.h. */

#include "lib.h"
#include "live-schedule.h"
#include "ioloop.h"
#include "mail-user.h"
#include "compat-settings.h"
#include "policy-value.h"
#include "session-policy.h"

#define DAY_SECS (24 * 60 * 60)
/* Sessions of one day end within so long: ten thousand are some 80 a second. */
#define UNTIL_JITTER_SECS 120
/* A timeout of Dovecot's is some days at most. */
#define MAX_WAIT_SECS DAY_SECS

time_t coexist_live_boot_time(void)
{
	struct timespec ts;

	return clock_gettime(CLOCK_BOOTTIME, &ts) < 0 ? 0 : ts.tv_sec;
}

static time_t now(void)
{
	return ioloop_time;
}

unsigned int coexist_live_jitter(unsigned int secs)
{
	return secs - i_rand_limit(secs / 4);
}

void coexist_live_schedule_until(struct coexist_live_schedule *schedule,
				 const char *day)
{
	uint64_t number;

	schedule->until = 0;
	if (day == NULL || str_to_uint64(day, &number) < 0 ||
	    number > UINT32_MAX || (time_t)number * DAY_SECS <= now())
		return;
	schedule->until = (time_t)number * DAY_SECS +
		i_rand_limit(UNTIL_JITTER_SECS);
}

static unsigned int interval_read(struct mail_user *user)
{
	const struct coexist_policy_key *info =
		&coexist_site_settings[COEXIST_SITE_recheck_interval];
	const char *text =
		coexist_site_setting_get(user, COEXIST_SITE_recheck_interval);
	struct coexist_value value;

	if (coexist_value_parse(info, text, &value) != COEXIST_VALUE_VALID) {
		coexist_session_policy_warn_once(user, t_strdup_printf(
			"coexist: Ignoring unknown value of %s%s (expected %s)",
			COEXIST_KEY_PREFIX, info->name, info->expected));
		if (coexist_value_parse(info, info->default_value, &value) !=
		    COEXIST_VALUE_VALID)
			i_unreached();
	}
	return (unsigned int)I_MIN(I_MAX(value.number,
						 COEXIST_LIVE_MIN_INTERVAL),
				   INT_MAX / 1000);
}

static unsigned int wait_msecs(const struct coexist_live_schedule *schedule)
{
	time_t next = schedule->due;

	if (schedule->until != 0 && schedule->until < next)
		next = schedule->until;
	return (unsigned int)I_MIN(I_MAX(next - now(), 1), MAX_WAIT_SECS) * 1000;
}

unsigned int coexist_live_schedule_begin(struct coexist_live_schedule *schedule,
					 struct mail_user *user, time_t last)
{
	if (schedule->interval == 0)
		schedule->interval = interval_read(user);
	/* the day has come, and who was asked did not say whether it still holds */
	if (schedule->until <= now())
		schedule->until = 0;
	/* a clock that was put back must not make it a long time */
	schedule->last = I_MIN(last, now());
	schedule->due = schedule->last + coexist_live_jitter(schedule->interval);
	return wait_msecs(schedule);
}

bool coexist_live_schedule_is_due(struct coexist_live_schedule *schedule,
				  unsigned int *msecs_r)
{
	if (now() < schedule->last ||
	    now() >= schedule->due ||
	    (schedule->until != 0 && now() >= schedule->until))
		return TRUE;
	*msecs_r = wait_msecs(schedule);
	return FALSE;
}
