/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Test of live-schedule.h: when an open session asks again. */

#include "lib.h"
#include "live-schedule.h"
#include "ioloop.h"
#include "compat-settings.h"
#include "policy-value.h"
#include "session-policy.h"

#include <glib.h>

#define DAY 86400
#define INTERVAL 300
/* a quarter of it, and of a day */
#define EARLIEST (INTERVAL * 3 / 4)
#define UNTIL_JITTER 120
/* noon of a day */
#define NOON (20000 * (time_t)DAY + DAY / 2)

/* What is not asked where the interval is known */

const struct coexist_policy_key coexist_site_settings[COEXIST_SITE_COUNT];

const char *coexist_site_setting_get(struct mail_user *user ATTR_UNUSED,
				     enum coexist_site_setting setting
				     ATTR_UNUSED)
{
	g_assert_not_reached();
}

enum coexist_value_status
coexist_value_parse(const struct coexist_policy_key *key ATTR_UNUSED,
		    const char *text ATTR_UNUSED,
		    struct coexist_value *value_r ATTR_UNUSED)
{
	g_assert_not_reached();
}

void coexist_session_policy_warn_once(struct mail_user *user ATTR_UNUSED,
				      const char *warning ATTR_UNUSED)
{
	g_assert_not_reached();
}

/* Begins a schedule at that time; returns the seconds until the next look. */
static unsigned int begin_at(struct coexist_live_schedule *schedule, time_t now)
{
	ioloop_time = now;
	return coexist_live_schedule_begin(schedule, NULL, now) / 1000;
}

static bool is_due_at(struct coexist_live_schedule *schedule, time_t now)
{
	unsigned int msecs;

	ioloop_time = now;
	return coexist_live_schedule_is_due(schedule, &msecs);
}

static void test_interval(void)
{
	struct coexist_live_schedule schedule = { .interval = INTERVAL };
	unsigned int wait = begin_at(&schedule, NOON);

	g_assert_cmpuint(wait, >=, EARLIEST);
	g_assert_cmpuint(wait, <=, INTERVAL);
	g_assert_false(is_due_at(&schedule, NOON + wait - 1));
	g_assert_true(is_due_at(&schedule, NOON + wait));
}

static void test_clock_put_back(void)
{
	struct coexist_live_schedule schedule = { .interval = INTERVAL };

	(void)begin_at(&schedule, NOON);
	g_assert_true(is_due_at(&schedule, NOON - DAY));
}

static void test_until(void)
{
	struct coexist_live_schedule schedule = { .interval = 10 * DAY };
	const time_t day = 20001 * (time_t)DAY;

	ioloop_time = NOON;
	coexist_live_schedule_until(&schedule, "20001");
	g_assert_cmpint(schedule.until, >=, day);
	g_assert_cmpint(schedule.until, <=, day + UNTIL_JITTER);
	(void)begin_at(&schedule, NOON);
	g_assert_false(is_due_at(&schedule, day - 1));
	g_assert_true(is_due_at(&schedule, day + UNTIL_JITTER));
}

/* The day has come, and there was no answer: from then on the interval counts, or each
   such session would ask once a second. */
static void test_until_without_an_answer(void)
{
	struct coexist_live_schedule schedule = { .interval = INTERVAL };
	const time_t asked = 20001 * (time_t)DAY + UNTIL_JITTER;

	ioloop_time = NOON;
	coexist_live_schedule_until(&schedule, "20001");
	(void)begin_at(&schedule, NOON);
	g_assert_true(is_due_at(&schedule, asked));
	g_assert_cmpuint(begin_at(&schedule, asked), >=, EARLIEST);
	g_assert_false(is_due_at(&schedule, asked + EARLIEST - 1));
}

static void test_no_day(gconstpointer day)
{
	struct coexist_live_schedule schedule = { .interval = INTERVAL };

	ioloop_time = NOON;
	coexist_live_schedule_until(&schedule, day);
	g_assert_cmpint(schedule.until, ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/interval", test_interval);
	g_test_add_func("/clock put back", test_clock_put_back);
	g_test_add_func("/until", test_until);
	g_test_add_func("/until/without an answer", test_until_without_an_answer);
	g_test_add_data_func("/until/none", NULL, test_no_day);
	g_test_add_data_func("/until/over", "20000", test_no_day);
	g_test_add_data_func("/until/no number", "-1", test_no_day);
	g_test_add_data_func("/until/too large", "18446744073709551615", test_no_day);
	return g_test_run();
}
