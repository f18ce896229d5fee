/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text is a mailbox's state: what is remembered in it of quota, alerts, notices,
   junk, retention, uses and deletions is read, and is the same after it was written
   again. */

#include "lib.h"
#include "fuzz-dovecot.h"
#include "array.h"
#include "alert-state.h"
#include "delete-memory.h"
#include "junk-memory.h"
#include "last-use.h"
#include "mailbox-state.h"
#include "notice-places.h"
#include "quota-growth.h"
#include "quota-state.h"
#include "retention-memory.h"
#include "session-policy.h"
#include "str.h"
#include "coexist/day.h"

/* Some day. */
#define TODAY UINT64_C(20800)
#define NOW (TODAY * COEXIST_SECS_PER_DAY)

/* The state of the only session. */

static const char *state = "";

int coexist_mailbox_state_read(struct mail_user *user ATTR_UNUSED,
			       const char **text_r)
{
	*text_r = state;
	return 0;
}

int coexist_mailbox_state_set(struct mail_user *user ATTR_UNUSED,
			      const struct coexist_state_value *values,
			      unsigned int count)
{
	string_t *str = t_str_new(256);
	unsigned int i;

	for (i = 0; i < count; i++)
		str_printfa(str, "%s=%s\n", values[i].name, values[i].value);
	state = str_c(str);
	return 0;
}

int coexist_mailbox_state_try_set(struct mail_user *user,
				  const struct coexist_state_value *values,
				  unsigned int count,
				  const char **error_r ATTR_UNUSED)
{
	return coexist_mailbox_state_set(user, values, count);
}

const struct coexist_policy *
coexist_session_policy_get(struct mail_user *user ATTR_UNUSED)
{
	return NULL;
}

static void check_quota(const char *text)
{
	struct coexist_quota_state quota, again;
	struct coexist_state_value values[COEXIST_QUOTA_STATE_VALUES];

	if (!coexist_quota_state_parse(text, &quota) || !quota.known)
		return;
	coexist_quota_state_format(&quota, values);
	(void)coexist_mailbox_state_set(NULL, values, N_ELEMENTS(values));
	i_assert(coexist_quota_state_parse(state, &again));
	i_assert(again.known && again.level.kind == quota.level.kind &&
		 again.level.number == quota.level.number &&
		 again.level_at == quota.level_at &&
		 again.told_at == quota.told_at);
}

static void check_growth(const char *value)
{
	static const struct coexist_quota_usage usage = {
		.resource = COEXIST_QUOTA_STORAGE, .used = 900, .limit = 1000
	};
	struct coexist_quota_growth growth, again;
	struct coexist_quota_forecast forecast;
	char text[COEXIST_QUOTA_GROWTH_MAX_LENGTH];

	coexist_quota_growth_parse(value, &growth);
	if (growth.count > 0) {
		coexist_quota_growth_parse(
			coexist_quota_growth_format(&growth, text), &again);
		i_assert(memcmp(&growth, &again, sizeof(growth)) == 0);
	}
	if (coexist_quota_growth_foresee(&growth, &usage, NOW, &forecast))
		i_assert(forecast.days_left <= 90 && forecast.days_seen >= 7);
	(void)coexist_quota_growth_add(&growth, &usage, 1, NOW);
	i_assert(growth.count <= COEXIST_QUOTA_GROWTH_SAMPLES);
}

static void check_alert(const char *text)
{
	const char *line = NULL, *p;

	if (coexist_alert_state_parse(text, (time_t)NOW, &line) !=
	    COEXIST_ALERT_READY)
		return;
	i_assert(*line != '\0' && strlen(line) <= COEXIST_ALERT_MAX_LENGTH);
	for (p = line; *p != '\0'; p++)
		i_assert(*p >= ' ' && *p < 0x7f);
}

static void check_junk(const char *value)
{
	struct coexist_junk_memory junk, again;
	struct coexist_last_use use;

	coexist_junk_memory_parse(value, &junk);
	coexist_junk_memory_parse(coexist_junk_memory_format(&junk), &again);
	i_assert(junk.first == again.first && junk.told == again.told &&
		 junk.next == again.next && junk.uid == again.uid &&
		 junk.uidvalidity == again.uidvalidity);
	coexist_last_use_parse(NULL, TODAY, &use);
	(void)coexist_junk_judge(&junk, &use, NOW, 86400);
}

static void check_use(const char *value)
{
	struct coexist_last_use use, again;
	unsigned int i;

	coexist_last_use_parse(value, TODAY, &use);
	if (use.since == 0)
		return;
	coexist_last_use_parse(coexist_last_use_format(&use), TODAY, &again);
	i_assert(again.since == use.since);
	for (i = 0; i < COEXIST_PROTOCOL_OTHER; i++) {
		i_assert(use.protocols[i].day <= TODAY + 1);
		i_assert(again.protocols[i].day == use.protocols[i].day);
		i_assert(strcmp(again.protocols[i].address,
				use.protocols[i].address) == 0);
	}
}

static void check_places(const char *value)
{
	struct coexist_notice_places places, again, one;
	const char *text;

	if (!coexist_notice_places_parse(value, &places)) {
		i_assert(array_is_empty(&places.uids));
		return;
	}
	text = coexist_notice_places_format(&places);
	i_assert(coexist_notice_places_parse(text, &again));
	i_assert(strcmp(text, coexist_notice_places_format(&again)) == 0);
	coexist_notice_places_init(&one, places.uidvalidity, 7);
	i_assert(coexist_notice_places_parse(
			coexist_notice_places_add(value, &one), &again));
}

static void check_retention(const char *text)
{
	struct coexist_brake_state brake, again;
	const char *error;

	state = text;
	coexist_retention_memory_read(NULL, &brake);
	i_assert(brake.until >= brake.told_at);
	i_assert(coexist_retention_memory_write(NULL, &brake, &error) == 0);
	coexist_retention_memory_read(NULL, &again);
	i_assert(again.keep_days == brake.keep_days &&
		 again.deletes == brake.deletes &&
		 again.told_at == brake.told_at &&
		 again.until == brake.until &&
		 again.told_count == brake.told_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_init();
	T_BEGIN {
		const char *text = fuzz_text(data, size);

		state = text;
		i_assert(coexist_delete_recall(NULL) <= COEXIST_DELETE_ARCHIVE);
		check_quota(text);
		check_growth(coexist_state_text_get(text, "quota_growth"));
		check_alert(text);
		check_junk(coexist_state_text_get(text,
						  COEXIST_STATE_JUNK_NOTICE));
		check_use(coexist_state_text_get(text, COEXIST_STATE_LAST_USE));
		check_places(coexist_state_text_get(text, "notices_replaced"));
		check_retention(text);
		state = "";
	} T_END;
	return 0;
}
