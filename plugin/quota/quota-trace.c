/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in quota-trace.h. */

#include "lib.h"
#include "quota-trace.h"
#include "mail-user.h"
#include "str.h"
#include "quota-level-name.h"
#include "quota-levels.h"
#include "quota-reason.h"
#include "coexist-event.h"

static const char *const actions[] = {
	[COEXIST_QUOTA_TELL_NOTHING] = "telling nothing",
	[COEXIST_QUOTA_TELL_LEVEL] = "telling the level",
	[COEXIST_QUOTA_TELL_REMINDER] = "telling a reminder",
	[COEXIST_QUOTA_TELL_RECOVERED] = "telling that there is room again"
};

_Static_assert(N_ELEMENTS(actions) == COEXIST_QUOTA_TELL_RECOVERED + 1,
	       "an action has no text");

static void
usage_describe(string_t *dest, const struct coexist_quota_usage *usage)
{
	str_printfa(dest, "%"PRIu64, usage->used);
	if (usage->limit > 0)
		str_printfa(dest, " of %"PRIu64, usage->limit);
	str_append(dest, usage->resource == COEXIST_QUOTA_STORAGE ?
		   " bytes" : " messages");
	if (usage->limit == 0)
		str_append(dest, " without a limit");
}

static const char *
usages_describe(const struct coexist_quota_usage *usages, size_t count)
{
	string_t *str = t_str_new(128);
	size_t i;

	for (i = 0; i < count; i++) {
		if (i > 0)
			str_append(str, ", ");
		usage_describe(str, &usages[i]);
	}
	return str_c(str);
}

static const char *level_describe(const struct coexist_quota_level *level)
{
	char name[COEXIST_QUOTA_LEVEL_MAX_LENGTH];

	return t_strdup(coexist_quota_level_name(level, name));
}

void coexist_quota_trace(struct mail_user *user,
			 const struct coexist_quota_usage *usages, size_t count,
			 const struct coexist_quota_level *before,
			 const struct coexist_quota_verdict *verdict)
{
	coexist_trace(user, "Quota: %s: level=%s remembered=%s, %s: "
		      "%s", usages_describe(usages, count),
		      level_describe(&verdict->level), level_describe(before),
		      actions[verdict->action],
		      coexist_quota_reason_describe(verdict->reason));
}
